"""One function a stage: from parameters and results of other stages to results."""
