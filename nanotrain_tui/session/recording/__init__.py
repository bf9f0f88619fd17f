"""The recording: one SQLite file, its writer, its reader, its repair and its verification."""
