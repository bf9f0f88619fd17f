"""What turns values into styled lines, without Textual: used by app, cli and export."""
