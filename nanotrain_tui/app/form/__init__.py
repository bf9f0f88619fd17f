"""The form's values, without Textual: the values typed, sent, staged and in use."""
