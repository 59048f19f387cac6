"""What Snakemake is told and asked: guard of results, plan, costs, catalogue of figures, a new study."""
