"""Folders of pictures that a person brings: a folder for each class, or a tub of a DonkeyCar.

``walk`` lists files, ``layout`` finds parts and classes, ``headers`` reads sizes from the first
bytes, ``preflight`` names what is wrong. ``decode`` makes inputs of pictures, ``picture_cache``
keeps them, and ``picture_rows`` gives them to the training.
"""
