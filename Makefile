# The daily commands. `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help figures smoke check reference gallery test lint bench lock clean
export PATH := $(CURDIR)/.venv/bin:$(PATH)

READY := .venv/ready
# Artefacts are written whole, but what a killed run left unrecorded is made again.
RUN := snakemake --cores all --rerun-incomplete --quiet host reason

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

figures: $(READY)  ## make every figure of the paper and judge its claims
	@$(RUN)
	@echo "The figures are in results/figures/, what they show in results/figure_data/, the claims in results/claims.html."

smoke: $(READY)  ## the same chain at small sizes, about a minute; results in results/smoke/
	@$(RUN) --configfile workflow/tiers/smoke.yaml
	@echo "The smoke tier's figures are in results/smoke/figures/."

check: figures  ## fail where a verdict or a figure's data differ from tests/reference
	@python -m shallownets.reference check

reference: figures  ## show what moved since tests/reference was kept, and keep the new results there
	@python -m shallownets.reference update

gallery: figures  ## copy the figures and the ledger to docs/, where the README shows them
	@mkdir -p docs/figures && cp results/figures/*/*.png docs/figures/ && cp results/claims.md docs/claims.md

test: $(READY)  ## run all tests
	@pytest

lint: $(READY)  ## check style and the workflow
	@ruff check
	@ruff format --check
	@snakefmt --check Snakefile workflow/rules
	@snakemake --lint

bench: $(READY)  ## time the engines against baselines, and write docs/performance.md; run `make figures` before
	@mkdir -p .benchmarks docs/figures
	@pytest benchmarks --benchmark-only --benchmark-json=.benchmarks/run.json --benchmark-columns=min,median,rounds
	@python benchmarks/report.py .benchmarks/run.json docs/performance.md
	@{ echo; python benchmarks/cost.py; python benchmarks/startup.py; } | tee -a docs/performance.md

lock: $(READY)  ## resolve the versions anew
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--group dev pyproject.toml --output-file requirements.lock

clean:  ## delete all results; the environment stays
	@find results -mindepth 1 ! -name README.md -delete
	@rm -rf .snakemake

# Rebuilt when a version or the package's description changes; every download is checked against its hash.
$(READY): requirements.lock bootstrap.lock pyproject.toml workflow/environment.sh
	@sh workflow/environment.sh
	@touch $@
