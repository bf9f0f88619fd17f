"""The views: one module for each screen that a key opens. An action names it as ``view.NAME``."""
