# Everything a person or the CI does with Kith. `make run` needs Python ≥ 3.11 and make, nothing else.

.PHONY: run test lint format e2e e2e-firefox gallery bench web clean lock release audit image-check manifests
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r
# Node.js of the machine if it is new enough, else the one that requirements/node.txt puts into $(VENV).
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm --prefix web --no-audit --no-fund --no-update-notifier
BENCHMARKS := meeting_rules signaling join_time browser_join far_join page_weight packet_path forwarding rooms check_in guest memory cluster idle_meetings
COVERED := server/rooms server/rtp server/signaling
# Two processes: one has the browsers and the clusters, the other the rest (tests/conftest.py).
BESIDE := -n 2 --dist loadscope --no-loadscope-reorder
CHROMIUM ?= $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))

run: $(VENV)/.run web
	@exec $(PY) -B -m server serve

web: web/dist/index.html

test: $(VENV)/.dev web web/dist-gallery/gallery.html chromium tools
	$(NPM) test
	$(PY) -m pytest $(BESIDE) --cov=server --cov-report=json:$(VENV)/coverage.json
	$(PY) .ci/branch_coverage.py $(VENV)/coverage.json 95 $(COVERED)

e2e: $(VENV)/.dev web web/dist-gallery/gallery.html chromium
	$(PY) -m pytest -m browser

# A second browser, so no part of `make test`; as root this installs Debian's firefox-esr.
e2e-firefox: $(VENV)/.dev web chromium firefox
	$(PY) -m pytest tests/firefox/meet.py

# Pictures of every screen to look at, and build/gallery/index.html with all of them. STORIES="lobby paused" takes only those.
gallery: $(VENV)/.dev web/dist-gallery/gallery.html chromium
	$(PY) -m tests.browser.pictures $(STORIES)

bench: $(VENV)/.dev web tools
	@$(PY) -m benchmarks.record $(BENCHMARKS)

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

# Wheel, sdist and what is in them (CycloneDX), in build/release; the wheel alone must serve a meeting. The same sources give the same bytes.
RELEASE := build/release
release: $(VENV)/.release $(VENV)/.dev web
	rm -rf $(RELEASE) && mkdir -p $(RELEASE)
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(PY) -m build --no-isolation --outdir $(RELEASE) .
	$(PY) -m cyclonedx_py requirements requirements/serve.txt --pyproject pyproject.toml --output-reproducible --of JSON -o $(RELEASE)/kith.cdx.json
	$(NPM) sbom --package-lock-only --sbom-format cyclonedx >$(RELEASE)/kith-web.cdx.json
	$(PY) .ci/wheel_check.py $(RELEASE)/*.whl requirements/serve.txt
	cd $(RELEASE) && sha256sum *

# Known weaknesses of what is used. Asks the registries' own advisories, so it needs the network and stays out of `make test`.
audit: $(VENV)/.release web/node_modules/.stamp
	$(PY) -m pip_audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/run.txt
	$(NPM) audit

# Every manifest against the schemas of Kubernetes. Needs kubectl. Not in `make test`: the schemas alone have 100 MB.
manifests: $(VENV)/.release
	$(PY) docker/manifests_check.py

# The Dockerfile's steps without a Docker engine, and meetings in the result. As root; needs Debian's buildah, runc and debootstrap.
image-check: $(VENV)/.dev
	$(PY) docker/image_check.py

# Needs uv. The files say what and which hash, never from where.
lock: UV := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet
lock:
	$(UV) -o requirements/serve.txt
	$(UV) --extra rehearse -o requirements/run.txt
	$(UV) --extra rehearse --group dev -o requirements/dev.txt
	uv pip compile --group release -c requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements/release.txt
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

$(VENV)/.release: requirements/release.txt | $(VENV)/.run
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

# Programs that tests run beside the server: a shared memory, a witness of every opened file, and what reads the configurations of docker/.
.PHONY: tools
tools:
	@PATH="$$PATH:/usr/sbin"; missing=; for tool in redis-server:redis-server strace:strace caddy:caddy haproxy:haproxy turnserver:coturn php:php-cli promtool:prometheus systemd-analyze:systemd; do \
	  command -v "$${tool%:*}" >/dev/null || missing="$$missing $${tool#*:}"; done; \
	test -z "$$missing" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } \
	  || { echo "The tests need:$$missing" >&2; exit 1; }

.PHONY: chromium
chromium:
	@test -n "$(CHROMIUM)" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	  || { echo "The browser tests need Chromium: apt-get install chromium" >&2; exit 1; }

.PHONY: firefox
firefox:
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends firefox-esr >/dev/null; } \
	  || { echo "This needs Firefox: apt-get install firefox-esr" >&2; exit 1; }

docker/env.example: docker/env_example.py server/config.py
	$(PY) docker/env_example.py >$@
