# Everything a person or the CI does with Kith. `make run` needs Python ≥ 3.11 and make, nothing else.

.PHONY: run test lint format e2e bench web clean lock
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r
# Node.js of the machine if it is new enough, else the one that requirements/node.txt puts into $(VENV).
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm --prefix web --no-audit --no-fund --no-update-notifier
BENCHMARKS := meeting_rules signaling join_time browser_join forwarding
COVERED := server/rooms server/rtp server/signaling
CHROMIUM ?= $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))

run: $(VENV)/.run web
	@exec $(PY) -m server serve

web: web/dist/index.html

test: $(VENV)/.dev web web/dist-gallery/gallery.html chromium
	$(NPM) test
	$(PY) -m pytest --cov=server --cov-report=json:$(VENV)/coverage.json
	$(PY) .ci/branch_coverage.py $(VENV)/coverage.json 95 $(COVERED)

e2e: $(VENV)/.dev web web/dist-gallery/gallery.html chromium
	$(PY) -m pytest -m browser

bench: $(VENV)/.dev web
	@for name in $(BENCHMARKS); do echo "── $$name"; $(PY) -m benchmarks.$$name || exit 1; done

lint: $(VENV)/.dev web/node_modules/.stamp
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(NPM) run lint
	$(NPM) run check

format: $(VENV)/.dev web/node_modules/.stamp
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(NPM) run format

clean:
	rm -rf $(VENV) web/node_modules web/dist web/dist-gallery build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Needs uv. The files say what and which hash, never from where.
lock: UV := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet
lock:
	$(UV) -o requirements/run.txt
	$(UV) --group dev -o requirements/dev.txt
	uv pip compile --group node --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements/node.txt
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved

# ── what the targets stand on; each is made once and again when its list changes ──

$(VENV)/bin/python:
	@python=$$(for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done); \
	test -n "$$python" || { echo "Kith needs Python 3.11 or newer with venv: apt-get install python3 python3-venv" >&2; exit 1; }; \
	$$python -m venv $(VENV)

$(VENV)/.run: requirements/run.txt | $(VENV)/bin/python
	$(PIP) $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.run
	$(PIP) $<
	@touch $@

$(VENV)/.node: requirements/node.txt | $(VENV)/bin/python
	@{ command -v npm && node -e 'const [a, b] = process.versions.node.split(".").map(Number); \
	  process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'; } >/dev/null 2>&1 || $(PIP) $<
	@touch $@

web/node_modules/.stamp: web/package-lock.json | $(VENV)/.node
	$(NPM) ci
	@touch $@

WEB_FILES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/dist-gallery -prune -o -type f ! -name '*.test.ts' -print)
web/dist/index.html: web/node_modules/.stamp $(WEB_FILES)
	$(NPM) run build
	@touch $@

web/dist-gallery/gallery.html: web/node_modules/.stamp $(WEB_FILES)
	$(NPM) run build:gallery
	@touch $@

.PHONY: chromium
chromium:
	@test -n "$(CHROMIUM)" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	  || { echo "The browser tests need Chromium: apt-get install chromium" >&2; exit 1; }
