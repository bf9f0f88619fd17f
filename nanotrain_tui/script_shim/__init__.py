"""What ``nanotrain run`` puts before a person's own script, by way of ``PYTHONPATH``.

Standard library only, for Python 3.6 and newer; it imports nothing of ours.
"""
