# `make help` lists what there is. Every target does the set-up that it needs: scripts/setup.sh.
# Written for GNU make 3.81 and newer. ENGINE= names an engine, ONLY= one figure or stages of the test.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo lab test check fix go notebooks bench clean set-up set-up-test

ifneq ($(ENGINE),)
export WORKBENCH_ENGINE := $(ENGINE)
endif

workbench := .venv/bin/workbench
stages := .venv/bin/python -m tests.stages

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: set-up ## Walk through the whole tutorial; the last line is the answer, 42
	@$(workbench) demo

lab: set-up ## Open the notebooks in JupyterLab
	@$(workbench) lab

test: set-up-test ## Everything that CI runs: linters, types, Go, Python, notebooks
	@$(stages) $(ONLY)

check: set-up-test ## What is checked without running anything: style, types, layers, notebooks' form
	@$(stages) ruff format mypy imports notebook-form

fix: set-up-test ## Mend what can be mended by itself: style and form of Python, Go and notebooks
	@$(stages) --fix

go: set-up-test ## The Go side: gofmt, vet, staticcheck, tests with the race detector
	@$(stages) gofmt vet staticcheck go-test

notebooks: set-up ## Run every notebook from top to bottom
	@$(workbench) notebooks --run

bench: set-up ## Measure, side by side; ONLY=name for one figure
	@.venv/bin/python -m bench $(ONLY)

clean: ## Stop what is left running; remove .venv and all caches; never the playground
	@[ ! -x $(workbench) ] || $(workbench) clean || true
	rm -rf .venv .cache bench/out
	@find . -name __pycache__ -type d -not -path './playground/*' -prune -exec rm -rf {} +

set-up:
	@sh scripts/setup.sh run

set-up-test:
	@sh scripts/setup.sh test
