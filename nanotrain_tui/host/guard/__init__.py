"""The guards: warn and act when the board is too hot or memory runs out."""
