#!/bin/sh
# The state of a job of SLURM in the words of Snakemake's plugin cluster-generic: running, success or failed.
state=$(scontrol show job "$1" 2>/dev/null | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p')
case $state in
    COMPLETED) echo success ;;
    BOOT_FAIL | CANCELLED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | TIMEOUT) echo failed ;;
    '') if squeue -h >/dev/null 2>&1; then echo failed; else echo running; fi ;; # forgotten, or SLURM does not answer
    *) echo running ;;
esac
