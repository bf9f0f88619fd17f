"""Curves of metrics by their names, as a state and a window hold them."""

from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import MetricPart, parse_metric_part


def curves_of(**curves: Curve) -> dict[MetricPart, Curve]:
    """``loss=..., test_loss=...``"""
    return {parse_metric_part(name): curve for name, curve in curves.items()}
