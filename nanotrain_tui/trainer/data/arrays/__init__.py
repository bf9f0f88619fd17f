"""Arrays that a person brings: ``.npz`` and ``.npy`` files, or what a function returns.

``array_file`` opens them without trusting their headers, ``names`` finds inputs and targets among
them, ``labels`` turns targets into classes, and ``preparation`` scales the inputs.
"""
