"""The Python that trains: finding it, starting it, asking it and explaining its failures."""
