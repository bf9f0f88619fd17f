"""What is done with the network of a checkpoint: exports and predictions."""
