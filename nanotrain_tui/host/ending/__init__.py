"""How a session ends: stops, restarts after a crash, the finish command and the last commit."""
