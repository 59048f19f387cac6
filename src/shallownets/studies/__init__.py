"""The papers, a folder each: model, starts, engines, theory, measurements, figures, and the stages that chain them."""
