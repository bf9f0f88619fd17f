"""Pictures for ``predict``: read from files and prepared like the training images."""
