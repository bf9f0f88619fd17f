"""Tables in text files: CSV, TSV and the like, also packed with gzip.

``table_file`` opens the bytes, ``dialect`` recognises encoding, separator and decimal mark,
``scan`` finds the type of each column in a first pass, and ``columns`` reads them in a second one.
``preparation`` turns them into numbers for a network.
"""
