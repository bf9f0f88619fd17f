"""The form as plain values: what is given, what runs, what is staged. No Textual."""
