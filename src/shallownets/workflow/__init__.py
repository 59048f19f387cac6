"""What Snakemake is told and asked: sources, guard, lock, plan, cost, catalogue of figures."""
