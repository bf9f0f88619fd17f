"""Pictures for ``predict``: read from files and prepared as the training images were."""
