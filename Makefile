# The daily commands. `make` lists them.
.DEFAULT_GOAL := help
READY := .venv/ready
.PHONY: $(READY) help figures report smoke study cost profile check reference gallery docs site reseed archive release verify test test-all \
	coverage mutants test-cluster \
	test-pythons test-snakemakes lint bench deep oracles explore lock clean
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# A user whom the machine does not know (docker run -u 1234) has no home that can be written; Snakemake wants one.
export HOME := $(if $(shell test -n "$$HOME" -a -w "$$HOME" && echo it),$(HOME),$(CURDIR)/.snakemake)
# What a module system sets for its own Python.
unexport PYTHONHOME PYTHONPATH

# The tier that a command with TIER= is about, without it the paper's.
RESULTS := results$(addprefix /,$(filter-out paper,$(TIER)))
KEPT := tests/reference/$(or $(TIER),paper)
REFERENCE := --results $(RESULTS) --reference $(KEPT)

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

figures: $(READY)  ## make every figure of the papers, judge their claims, write the report
	@sh workflow/run.sh
	@echo "Open results/report/index.html. The figures are in results/figures/, what they show in results/figure_data/."

report: $(READY)  ## write results/report/, the site of all figures and claims, and make what it lacks
	@snakemake report --cores all --rerun-incomplete --quiet host reason
	@echo "Open results/report/index.html: it needs no network and no file outside of its folder."

smoke: $(READY)  ## the same chain at small sizes, about two minutes; results in results/smoke/
	@sh workflow/run.sh smoke
	@echo "Open results/smoke/report/index.html. The figures are in results/smoke/figures/."

study: $(READY)  ## make a new study that runs and passes its tests at once: make study NAME=perceptron
	@python -m shallownets study $(if $(NAME),"$(NAME)")

cost: $(READY)  ## say what a tier costs before it is launched: make cost TIER=cluster
	@python -m shallownets cost $(if $(TIER),--tier $(TIER))

profile: $(READY)  ## write which rules share a submission, and how long jobs may take, into workflow/profiles/slurm
	@python -m shallownets profile

check: $(READY)  ## fail where a verdict or a figure's data differ from tests/reference: make check, make check TIER=smoke
	@sh workflow/run.sh "$(TIER)" "$(KEPT)"
	@python -m shallownets reference check $(REFERENCE)

reference: $(READY)  ## show what moved since tests/reference was kept, and keep the new results there; TIER= as above
	@sh workflow/run.sh "$(TIER)"
	@python -m shallownets reference update $(REFERENCE)

gallery: figures  ## put the figures and the ledger into docs/, write docs/gallery.md and the verdicts in README.md
	@python -m shallownets gallery

docs: $(READY)  ## write docs/config.md, the page of all keys of the config, from their classes
	@python -m shallownets config --out docs/config.md

site: $(READY)  ## write results/site/: documents with search, notebooks, the reference of all code, the report where there is one
	@uv pip install --quiet --require-hashes --requirement site.lock --requirement explore.lock
	@NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict
	@echo "Open results/site/index.html: it needs no network and no file outside of its folder."

reseed: $(READY)  ## the smoke tier at other root seeds: do verdicts flip more often than chance says? make reseed SEEDS=3 TIER=paper
	@sh workflow/reseed.sh "$(or $(SEEDS),2)" "$(or $(TIER),smoke)"

archive: $(READY)  ## put finished results into one file that anyone can check: make archive, make archive TIER=smoke
	@sh workflow/run.sh "$(TIER)"
	@python -m shallownets archive --results $(RESULTS) --out results

release: $(READY)  ## name a version, archive the paper tier, commit and tag; nothing is uploaded: make release VERSION=1.2.0
	@python workflow/release.py "$(VERSION)"

verify: $(READY)  ## check an archive: remake figures, ledger, report, and a sample of its tables: make verify ARCHIVE=... SAMPLE=3
	@$(if $(ARCHIVE),,echo "error: expected ARCHIVE=results/shallownets-....zip, as make archive names it" >&2; exit 2)
	@python -m shallownets verify "$(ARCHIVE)" $(if $(SAMPLE),--sample $(SAMPLE))

test: $(READY)  ## run the tests, but for those that take minutes
	@pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow"

test-all: $(READY)  ## run all tests, and each benchmark once without a clock, as CI does
	@pytest -n auto --dist loadfile --no-loadscope-reorder tests benchmarks

test-cluster: smoke  ## run the smoke tier on a real SLURM of two emulated nodes and compare; root on Debian
	@pytest tests/cluster/on_slurm.py

coverage: $(READY)  ## run the tests that start no Snakemake and fail where they reach less than 95% of src's branches
	@pytest -n auto --ignore=tests/workflow --cov --cov-report=term

mutants: $(READY)  ## make small wrong changes to a copy of the code, and fail where no test notices: make mutants ONLY=plateau SAMPLE=40
	@nice python -m tests.mutants $(ONLY) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

test-pythons: smoke  ## run the smoke tier with the other supported Pythons that are here, and compare the numbers
	@python -m tests.compare_pythons

test-snakemakes: $(READY)  ## run the tests of guard and reruns with the oldest and the newest Snakemake that is allowed
	@nice python -m tests.compare_snakemakes

lint: $(READY)  ## check style, types and the workflow
	@ruff check
	@ruff format --check
	@ty check --quiet --python .venv
	@snakefmt --check Snakefile workflow/rules
	@python workflow/lint.py

bench: $(READY)  ## time engines beside baselines, start-up beside BESIDE=checkout; writes docs/performance.md; after `make figures`
	@mkdir -p .benchmarks docs/figures
	@pytest benchmarks --benchmark-only --benchmark-json=.benchmarks/run.json --benchmark-columns=min,median,rounds
	@python benchmarks/report.py .benchmarks/run.json docs/performance.md
	@echo >>docs/performance.md
	@python benchmarks/cost.py >>docs/performance.md
	@python benchmarks/startup.py $(BESIDE) >>docs/performance.md

deep: $(READY)  ## add the images of the study perceptron's deep part, an optional group of packages; then run `make figures`
	@uv pip install --quiet --require-hashes --requirement deep.lock

oracles: $(READY)  ## add solvers of others that tests hold minima against, an optional group of packages; then run `make test`
	@uv pip install --quiet --require-hashes --requirement oracles.lock

explore: $(READY)  ## add marimo, an optional group of packages, and open the notebooks; `make site` has them as pages
	@uv pip install --quiet --require-hashes --requirement explore.lock
	@marimo edit notebooks

lock: $(READY)  ## resolve the versions anew
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--extra workflow --group dev pyproject.toml --output-file requirements.lock
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--group deep --constraints requirements.lock --output-file deep.lock
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--group oracles --constraints requirements.lock --output-file oracles.lock
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--group explore --constraints requirements.lock --output-file explore.lock
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--group site --constraints requirements.lock --constraints explore.lock --output-file site.lock

clean:  ## delete all results, also where results is a link to another disk; the environment stays
	@sh workflow/clean.sh

# Looks at contents, not times: made anew when a version, the package's description or PYTHON changes.
$(READY):
	@sh workflow/environment.sh
