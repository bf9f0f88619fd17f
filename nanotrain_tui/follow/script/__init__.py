"""What is known of a person's own script: its model, and what it has printed."""
