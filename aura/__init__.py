"""Aura: a workbench for people who run Instagram accounts."""

import os

# The onnxruntime wheel reports its use to its maker unless it is told not to before its first import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
