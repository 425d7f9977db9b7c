# Two commands matter: `make run` and `make test`. Both may be repeated and interrupted at any time.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run lab engine test lint types doctest docs unit coverage equality interventions sanitizers targets wheel mutation notebooks live kills submissions fuzz benchmarks waits lock clean install-run install-notebook install-dev programs

BIN := .venv/bin
COPY ?= my-course
PYTEST := $(BIN)/python -m pytest --durations=25
EACH_NOTEBOOK := --nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with tests/notebooks/sanitize.cfg
LIVE_NOTEBOOKS := $(wildcard notebooks/00*.ipynb notebooks/01*.ipynb notebooks/05*.ipynb notebooks/08*.ipynb notebooks/10*.ipynb)
LIVE_FILES := $(sort $(shell grep -rl "mark.live" tests --include=test_*.py | grep -v test_needs))
LIVE_TESTS := $(filter tests/live%,$(LIVE_FILES)) $(filter-out tests/live%,$(LIVE_FILES)) # those that mostly wait come first, beside the browser's
BROWSER_TESTS := $(sort $(shell grep -rl "mark.browser" tests --include=test_*.py | grep -v test_needs))
QUIET_NOTEBOOKS := $(filter-out $(LIVE_NOTEBOOKS),$(wildcard notebooks/*.ipynb))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: install-run ## install the requirements into .venv, compare waterfall, agile and DevOps, write a report to out/
	@echo "Comparing 30 replications of waterfall, agile and DevOps over three years: some ten seconds with the fast engine, two minutes without."
	@$(BIN)/devopssim compare waterfall agile devops --out out/
	@echo "Next: open the report in out/, or learn by doing with 'make lab'."

lab: install-notebook ## create your copy of the course (COPY=my-course) and open JupyterLab on its first notebook
	@$(BIN)/devopssim course start $(COPY)
	@first=$$(ls $(COPY)/00*.ipynb | head -n 1); root=$$([ "$$(id -u)" -ne 0 ] || echo --allow-root); \
	exec $(BIN)/python -m jupyterlab $$root --notebook-dir=$(COPY) --LabApp.default_url="/lab/tree/$${first##*/}"

engine: install-run ## build the fast engine with a compiler from the package index (ziglang, 440 MB); not needed where there is one
	@requirements/more.sh engine
	@CXX="$(BIN)/python -m ziglang c++" engine/install.sh $(BIN)/python

test: install-dev lint types doctest docs sanitizers unit notebooks live ## check everything, from the cheap to the expensive

lint: install-dev ## ruff: rules and layout; import-linter: layers, doors, no cycles
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache

types: install-dev ## mypy, strict
	@$(BIN)/mypy

doctest: install-dev ## run the examples of the docstrings
	@$(BIN)/python -m pytest -q -n logical --doctest-modules --ignore-glob="devopssim/livelab/templates/*/*" devopssim

docs: install-dev ## build the site (course, guides, reference) into out/site, without a network, and check its links
	@$(BIN)/python docs/site/build.py out/site
	@$(BIN)/python -m pytest -q -m site tests/docs
	@echo "The site starts at out/site/index.html."

unit: install-dev programs ## run the tests that need neither a container engine nor a browser; measure their line coverage
	@$(PYTEST) -n logical --dist worksteal -m "not live and not browser and not site" --cov=devopssim --cov-report=term:skip-covered

coverage: unit ## write the line coverage of `make unit` as pages to out/coverage
	@$(BIN)/python -m coverage html --directory out/coverage

notebooks: install-dev ## run the notebooks that need no container engine and compare their outputs
	@$(PYTEST) -n logical --dist loadscope $(EACH_NOTEBOOK) $(QUIET_NOTEBOOKS)

live: install-dev programs docs ## run tests on a real container engine, beside them those in a real browser, then the live notebooks side by side
	@$(PYTEST) -m browser $(BROWSER_TESTS) > out/browser-tests.txt 2>&1 & browser=$$!; trap "kill $$browser" INT TERM; \
	$(PYTEST) -m live $(LIVE_TESTS); live=$$?; wait $$browser; browser=$$?; cat out/browser-tests.txt; exit $$((live | browser))
	@if $(if $(CI),true,$(BIN)/python tests/needs.py live $(LIVE_NOTEBOOKS)); then \
	$(if $(CI),DEVOPSSIM_RECORDED=never) PYTHONPATH=tests $(PYTEST) -n logical --dist loadscope -p notebooks.graded $(EACH_NOTEBOOK) $(LIVE_NOTEBOOKS); fi

kills: install-dev programs ## kill exercises of the live lab at twenty moments each and count what is left (ACTS="up load", MOMENTS=20)
	@PYTHONPATH=tests $(BIN)/python -m live.kills $(ACTS) $(if $(MOMENTS),--moments $(MOMENTS))

equality: install-dev ## compare the engines on random scenarios (CASES=5000, SEED=1) and on changed engines (mutants)
	@$(BIN)/python tests/equality.py $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED))

interventions: install-dev ## judge the twin's what-ifs on random organisations (ORGANISATIONS=200 PROCESSES=2); twenty seconds of a core each, resumed from out/interventions
	@nice -n 10 $(BIN)/python tests/validation/interventions.py $(ORGANISATIONS) $(if $(PROCESSES),--processes $(PROCESSES))

sanitizers: install-dev ## test the engine's event loop, and whole runs, under the sanitizers of addresses and of undefined behaviour
	@engine/tests/run.sh $(BIN)/python

wheel: install-dev ## build a wheel for this system, with the fast engine in it, into dist/
	@DEVOPSSIM_WHEEL_ENGINE=1 $(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

targets: engine ## build the engine with zig for Linux, macOS, Windows and WASM; compare the native and the WASM one with the reference
	@$(BIN)/python tests/targets.py

mutation: install-dev ## change each module of the core in a few places, one at a time, and check that a test fails (MUTANTS=6, SEED=1)
	@$(BIN)/python tests/mutants.py $(if $(MUTANTS),--mutants $(MUTANTS)) $(if $(SEED),--seed $(SEED))

submissions: install-dev programs ## grade many submissions (SUBMISSIONS=500) in bubblewrap, on all cores and with ten times the load
	@for times in 1 10; do PYTHONPATH=tests $(BIN)/python -m course.grader.load bubblewrap \
	--submissions $(or $(SUBMISSIONS),500) --workers $$(($$(nproc) * times)) || exit 1; done

fuzz: install-dev ## feed changed files to every parser of what people hand in (SECONDS=600 for each)
	@PYTHONPATH=tests $(BIN)/python -m course.fuzz --seconds $(or $(SECONDS),600)

benchmarks: install-dev ## measure the speed of this machine's copy against others; nothing passes or fails by time in `make test`
	@requirements/more.sh benchmarks
	@$(PYTEST) --benchmark-enable benchmarks

waits: install-dev ## measure how long the cells of the notebooks take that need no container engine, and their longest silences
	@$(BIN)/python benchmarks/waits.py $(QUIET_NOTEBOOKS)

lock: ## renew requirements/*.txt after a change of pyproject.toml (needs uv); UPGRADE=--upgrade takes the newest versions
	@requirements/lock.sh $(UPGRADE)

clean: ## remove the tools' leftovers; keep .venv and your copy of the course
	@rm -rf out build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	@find devopssim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

install-run install-notebook install-dev: install-%:
	@requirements/install.sh $*

programs: # what the tests need that is no Python package
	@requirements/system.sh
