"""The recording: one SQLite file, its writer, its reader and their care for each other."""
