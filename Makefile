# make demo       splits the sample packet, in a new virtual environment
# make test       linters, type checks, all tests
# make test-quick the tests that take no time
# make docs       the documentation as a site, in site/; broken links and references fail
# make release-check: wheels and sdists of the three distributions, installed and tried on every Python that is there
# make bench-text, bench-ocr, bench-memory: speed and memory, beside the libraries alone
# make bench-accuracy PACKETS=200: how well packets of made documents are split, with and without each part;
#     POOLS='a.json b.json' of real ones; FIT_ON='c.json' with weights from other pools; OPTIONS='--errors --no-ablation'
# make bench-fit, bench-layout POOLS=...: what examples of yours add, and what the layout of PDFs adds
# make bench-packets: 200 text packets and 40 scanned ones on two cores and on one, and beside what one would write
#     instead, whose packages go to an environment of their own; then the memory over 2,000 packets
# make bench-profile: where the time goes for a text packet and a scanned one
# make bench-llm: the LLM engine with a made-up model that is wrong about 10 % of the pages
# make bench-server: 200 jobs while splitreader serve is killed 20 times; then 64 clients for 60 s: times and refusals
# make bench-cache  what a cache saves; 300 packets on a scripted Split API, killed four times: jobs and Documents
# make bench-ray  200 packets by 1 and 2 of Ray's actors, by scans too; then the LlamaIndex router in Ray's actors
# make bench-llamacloud SDK_PYTHON=...: the Split API's client, beside the vendor's SDK in an interpreter of its own

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
PACKETS ?= 200
ADAPTERS := integrations/llama-index-readers-splitreader integrations/langchain-splitreader
OTHERS := $(VENV)-others
SOURCES := $(shell find src $(ADAPTERS) -name '*.py' -o -name '*.css' -o -name '*.js' -o -name '*.json' -o -name '*.txt' -o -name pyproject.toml) pyproject.toml
INSTALLED := $(VENV)/.installed
DEVELOPING := $(VENV)/.developing
DOCUMENTING := $(VENV)/.documenting
RAY_TESTS := tests/ray_data integrations/llama-index-readers-splitreader/tests/test_ray.py

.PHONY: demo docs release-check test test-quick lint types bench-text bench-ocr bench-memory bench-accuracy bench-fit bench-layout bench-llm bench-ray bench-llamacloud bench-packets bench-profile bench-server bench-cache clean

demo: $(INSTALLED)
	rm -rf demo-output
	$(BIN)/splitreader split docs/sample/packet.pdf --categories docs/sample/categories.yaml --out demo-output --pdfs
	@echo "demo-output/ holds the Documents (documents.jsonl) and one PDF for each:"
	@ls demo-output

# Ray leaves threads in the process that had it, which write tracebacks; CPython 3.11 then fails at times to parse code in
# another thread ("AST constructor recursion depth mismatch").
test: lint types
	$(BIN)/pytest -n 2 --dist loadgroup $(addprefix --ignore=,$(RAY_TESTS))
	$(BIN)/pytest $(RAY_TESTS)

test-quick: $(DEVELOPING)
	$(BIN)/pytest -q -n 2 -m "not slow"

docs: $(DOCUMENTING)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html is the first page"

release-check:
	.ci/release-check

lint: $(DEVELOPING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python docs/sample/make_packet.py --check

types: $(DEVELOPING)
	$(BIN)/mypy src tests/typing
	$(BIN)/pyrefly check --python-interpreter-path $(BIN)/python tests/typing/*.py
	cd benchmarks && ../$(BIN)/mypy --config-file ../pyproject.toml .
	cd integrations/llama-index-readers-splitreader && ../../$(BIN)/mypy --config-file ../../pyproject.toml \
		--namespace-packages --explicit-package-bases llama_index/readers/splitreader
	cd integrations/langchain-splitreader && ../../$(BIN)/mypy --config-file ../../pyproject.toml langchain_splitreader

bench-text: $(DEVELOPING)
	$(BIN)/python benchmarks/text.py

bench-ocr: $(DEVELOPING)
	$(BIN)/python benchmarks/ocr.py

bench-memory: $(DEVELOPING)
	$(BIN)/python benchmarks/memory.py

bench-accuracy: $(DEVELOPING)
	$(BIN)/python benchmarks/accuracy.py $(POOLS) --packets $(PACKETS) $(if $(FIT_ON),--fit-on $(FIT_ON)) $(OPTIONS)

bench-fit: $(DEVELOPING)
	$(BIN)/python benchmarks/fitting_gain.py $(POOLS) $(OPTIONS)

bench-layout: $(DEVELOPING)
	$(BIN)/python benchmarks/layout_gain.py $(POOLS) $(OPTIONS)

bench-packets: $(DEVELOPING) $(OTHERS)/.installed
	$(BIN)/python benchmarks/packets.py --others-python $(OTHERS)/bin/python $(OPTIONS)
	$(BIN)/python benchmarks/packets.py --memory

bench-profile: $(DEVELOPING)
	$(BIN)/python benchmarks/packet_profile.py

$(OTHERS)/.installed:
	$(PYTHON) -m venv $(OTHERS)
	$(OTHERS)/bin/python -m pip install --disable-pip-version-check --quiet \
		langchain-community llama-index-readers-file pypdf pypdfium2 scikit-learn
	touch $@

bench-llm: $(DEVELOPING)
	$(BIN)/python benchmarks/llm.py $(POOLS) $(OPTIONS)

bench-llamacloud: $(DEVELOPING)
	$(BIN)/python benchmarks/llamacloud.py $(if $(SDK_PYTHON),--sdk-python $(SDK_PYTHON))

bench-server: $(DEVELOPING)
	cd tests && ../$(BIN)/python -m support.killed_server --jobs 200 --kills 20
	$(BIN)/python benchmarks/server.py --clients 64 --seconds 60

bench-cache: $(DEVELOPING)
	$(BIN)/python benchmarks/cache.py

bench-ray: $(DEVELOPING)
	$(BIN)/python benchmarks/ray_datasets.py
	$(BIN)/python benchmarks/ray_datasets.py --scanned --packets 16
	$(BIN)/python benchmarks/ray_ingestion.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(BIN)/python $(SOURCES)
	$(PIP) '.[ocr]' $(addprefix ./,$(ADAPTERS))
	rm -f $(DEVELOPING)
	touch $@

$(DEVELOPING): $(BIN)/python pyproject.toml $(addsuffix /pyproject.toml,$(ADAPTERS))
	$(PIP) --editable '.[cache,dev,ocr,server]' $(addprefix --editable ./,$(ADAPTERS))
	rm -f $(INSTALLED)
	touch $@

$(DOCUMENTING): $(DEVELOPING)
	$(PIP) --editable '.[docs]'
	touch $@

clean:
	rm -rf $(VENV) $(OTHERS) demo-output site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
