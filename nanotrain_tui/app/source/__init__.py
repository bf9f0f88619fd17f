"""The door to sessions: ports, the training worker, and what stands behind them."""
