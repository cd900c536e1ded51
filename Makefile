# SPDX-License-Identifier: Apache-2.0
# Targets are listed by `make help`, which prints the ## comments.
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

BUILD    ?= build
CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))
PYTHON   ?= /usr/bin/python3
PREFIX   ?= /usr/local
DESTDIR  ?=
BINDIR   ?= $(PREFIX)/bin
LIBDIR   ?= $(PREFIX)/lib
OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow
# xxhash's own choice for gcc reads structures as numbers, which a compiler may
# take to be of other memory: gcc 14 does.
HASH     := -DXXH_FORCE_MEMORY_ACCESS=0
CFLAGS_   = -std=gnu11 $(OPT) $(WARN) -Iinclude -I$(BUILD)/gen -D_GNU_SOURCE $(HASH) $(CFLAGS)
Q        := $(if $(V),,@)
say       = @$(if $(V),:,printf '  %-6s %s\n' '$(1)' '$(2)')

PRELOAD_SRC  := $(filter-out preload/make/%,$(wildcard preload/*.c preload/*/*.c preload/*/*.S))
ANALYZER_SRC := $(wildcard analyzer/*.c analyzer/*/*.c) analyzer/report/page/page.S
UNIT_SRC     := $(wildcard tests/unit/test_*.c)
SNIPPET_SRC  := $(filter-out tests/snippets/snippet.c,$(wildcard tests/snippets/*.c))
SNIPPET_HEAD := $(wildcard tests/snippets/*.h tests/snippets/body/*.h)
PRELOAD_OBJ  := $(patsubst %,$(BUILD)/%.o,$(PRELOAD_SRC))
ANALYZER_OBJ := $(patsubst %,$(BUILD)/%.o,$(ANALYZER_SRC))
UNIT_BIN     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
SNIPPET_BIN  := $(patsubst tests/snippets/%.c,$(BUILD)/snippets/%,$(SNIPPET_SRC))
# Libraries that snippets use where they are installed.
SNIPPET_LIBS := $(foreach name,aio uring,$(if $(findstring /,$(shell $(CC) -print-file-name=lib$(name).so)),-l$(name)))
ZSTD_STATIC  ?= $(shell $(CC) -print-file-name=libzstd.a)

.PHONY: all
all: $(BUILD)/libaiotrace.so $(BUILD)/aiotrace ## build the library and the program into build/

PRELOAD_CFLAGS := -include preload/headers.h

$(BUILD)/preload/%.o: preload/% | $(BUILD)/gen/.made
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) $(PRELOAD_CFLAGS) -Ipreload -O3 -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

# Sums that each event adds to stay in registers of their own.
$(BUILD)/analyzer/%.o: CFLAGS_ += -fno-tree-slp-vectorize
$(BUILD)/analyzer/%.o: analyzer/% | $(BUILD)/gen/.made
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) -Ianalyzer -MMD -MP -c -o $@ $<

# What draws charts in report --html; without it the page has tables alone.
CHART_JS ?= $(wildcard /usr/share/javascript/chart.js/chart.min.js)

$(BUILD)/analyzer/report/page/page.S.o: CFLAGS_ += $(if $(CHART_JS),-DPAGE_CHART='"$(CHART_JS)"')
$(BUILD)/analyzer/report/page/page.S.o: $(wildcard analyzer/report/page/*) $(CHART_JS) \
  $(BUILD)/gen/chart.$(or $(notdir $(CHART_JS)),none)

# A page without charts is made again when they can be had.
$(BUILD)/gen/chart.%: | $(BUILD)/gen/.made
	$(Q)touch $@

$(BUILD)/gen/.made:
	$(Q)mkdir -p $(@D) && touch $@

# The export list is made from the table of calls, so that a row without a
# wrapper fails to link and nothing else is exported.
$(BUILD)/gen/exports.map: include/aiotrace/calls.def preload/exports.def
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && \
	  $(CC) -E -P -Iinclude -x c preload/exports.def >$@

# What each trace says of calls, made and compressed once.
$(BUILD)/gen/calls: preload/make/calls.c include/aiotrace/calls.def include/aiotrace/format.h
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) -o $@ $< $(LDFLAGS) -lzstd
$(BUILD)/gen/calls_frame.h: $(BUILD)/gen/calls
	$(call say,GEN,$@)
	$(Q)$< >$@.new && mv $@.new $@
$(BUILD)/preload/trace/block.c.o: $(BUILD)/gen/calls_frame.h

# What the library calls of its own is its own, whoever else defines the name.
$(BUILD)/libaiotrace.so: $(PRELOAD_OBJ) $(BUILD)/gen/exports.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared -o $@ $(PRELOAD_OBJ) $(ZSTD_STATIC) $(LDFLAGS) \
	  -Wl,--version-script=$(BUILD)/gen/exports.map -Wl,--no-undefined-version \
	  -Wl,--exclude-libs,ALL -Wl,-Bsymbolic-functions -Wl,-z,now,-z,defs -ldl -lpthread

$(BUILD)/aiotrace: $(ANALYZER_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $(OPT) $(ANALYZER_OBJ) $(LDFLAGS) -lzstd -ljansson -luring -ldw -lelf -liberty -lm -lpthread

# Unit tests see both sides as archives: each takes only the rooms it names. The
# wrappers are in none: a test's own calls are not to be traced.
$(BUILD)/unit/libanalyzer.a: $(ANALYZER_OBJ)
$(BUILD)/unit/libpreload.a: $(filter-out $(BUILD)/preload/calls/%,$(PRELOAD_OBJ))
$(BUILD)/unit/lib%.a:
	$(Q)mkdir -p $(@D) && rm -f $@ && ar rcs $@ $^

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/unit/libanalyzer.a $(BUILD)/unit/libpreload.a
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS_) -Ianalyzer -Ipreload -Itests/unit -MMD -MP -o $@ $(filter %.c %.a,$^) $(LDFLAGS) \
	  -lcmocka -lzstd -ljansson -luring -ldw -lelf -liberty -lm -ldl -lpthread

# What is traced must not hold the library's own wrappers: only the generator
# of traces is linked with its encoder.
$(BUILD)/bench/generate: $(BUILD)/unit/libpreload.a
$(BUILD)/bench/%: tests/bench/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) -Ipreload -o $@ $(filter %.c %.a,$^) $(LDFLAGS) \
	  $(if $(filter %.a,$^),-lzstd) -lpthread

# What stands in for libraries that are not installed.
$(BUILD)/snippets/lib/libcufile.so: tests/support/cufile.c preload/base/foreign.h
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE $(CFLAGS) \
	  -fPIC -shared -o $@ $< -pthread

$(BUILD)/snippets/%: tests/snippets/%.c tests/snippets/snippet.c $(SNIPPET_HEAD) $(BUILD)/snippets/lib/libcufile.so
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) -std=gnu11 -O1 -g -D__NO_INLINE__ $(WARN) -D_GNU_SOURCE $(CFLAGS) \
	  -DSNIPPET='"$*"' -o $@ $(filter %.c,$^) -ldl -pthread -Wl,--as-needed $(SNIPPET_LIBS) \
	  -L$(BUILD)/snippets/lib -lcufile -Wl,-rpath,'$$ORIGIN/lib'

# ---- What must be installed -------------------------------------------------

BUILD_PACKAGES := gcc libc6-dev make libzstd-dev libxxhash-dev libjansson-dev uthash-dev liburing-dev libdw-dev libiberty-dev libjs-chart.js
DEMO_PACKAGES  := $(BUILD_PACKAGES) python3
CHECK_PACKAGES  = $(DEMO_PACKAGES) g++ libcmocka-dev binutils strace fio libaio-dev python3-lmdb python3-h5py fuse3 libfuse3-dev chromium
BENCH_PACKAGES  = $(DEMO_PACKAGES) strace valgrind util-linux
LINT_PACKAGES  := $(BUILD_PACKAGES) git python3 clang clang-format clang-tidy cppcheck
# Another interpreter brings its own modules.
ifeq ($(PYTHON),/usr/bin/python3)
DEMO_PACKAGES  += python3-torch libopenblas0-pthread python3-numpy python3-pil
CHECK_PACKAGES += python3-pytest python3-jsonschema
FRAMEWORKS_PACKAGES := python3-venv
endif

# $(call install,PACKAGES): does nothing, and needs no network, when all is there.
define install
@missing=; \
if ! command -v dpkg-query >/dev/null 2>&1; then \
  echo 'make: not Debian or Ubuntu: make sure that what these packages hold is installed:'; \
  echo '  $(strip $(1))'; exit 0; \
fi; \
for p in $(1); do \
  dpkg-query -W -f '$${Status}' "$$p" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
done; \
[ -n "$$missing" ] || exit 0; \
if [ "$$(id -u)" = 0 ]; then as=; \
elif sudo -n true 2>/dev/null; then as='sudo -n'; \
elif [ -t 0 ] && [ -t 2 ] && command -v sudo >/dev/null 2>&1; then as=sudo; \
else \
  echo "make: packages are missing and this user can't install them. Run this, then make again:" >&2; \
  echo "  sudo apt-get install --no-install-recommends$$missing" >&2; exit 1; \
fi; \
echo "installing$$missing"; \
$$as apt-get -q update </dev/null || echo 'make: apt-get update failed; trying with the lists that are there' >&2; \
$$as env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $$missing </dev/null
endef

# $(call modules,NAMES): the interpreter in use can import them.
modules = @for m in $(1); do \
  $(PYTHON) -c "import importlib.util as u, sys; sys.exit(not u.find_spec('$$m'))" || { \
    echo "make: $(PYTHON) has no module $$m: install it there, or leave PYTHON= out" >&2; exit 1; }; \
done

.PHONY: deps deps-build deps-demo deps-frameworks deps-bench deps-lint
deps: ## install what `make check` needs and is missing (apt)
	$(call install,$(CHECK_PACKAGES))
	$(call modules,torch numpy PIL pytest jsonschema)

deps-build:
	$(call install,$(BUILD_PACKAGES))

deps-demo:
	$(call install,$(DEMO_PACKAGES))
	$(call modules,torch numpy PIL)

deps-frameworks: deps
	$(call install,$(FRAMEWORKS_PACKAGES))

deps-bench:
	$(call install,$(BENCH_PACKAGES))

deps-lint:
	$(call install,$(LINT_PACKAGES))

# ---- The two commands -------------------------------------------------------

DEMO_DATA  ?= $(BUILD)/demo
DEMO_TRACE ?= $(BUILD)/demo.data

.PHONY: demo
demo: deps-demo ## train a small model under the tracer and print the report
	$(Q)$(MAKE) --no-print-directory all
	$(Q)rm -rf $(DEMO_DATA) $(DEMO_TRACE)
	@echo
	AIOTRACE_DIR=$(DEMO_TRACE) LD_PRELOAD=$(abspath $(BUILD))/libaiotrace.so $(PYTHON) samples/demo.py $(DEMO_DATA)
	@echo
	$(BUILD)/aiotrace report $(DEMO_TRACE)

PYTEST = AIOTRACE_BUILD=$(abspath $(BUILD)) PYTHONDONTWRITEBYTECODE=1 \
	$(PYTHON) -m pytest -p no:cacheprovider -q -c tests/pytest.ini $(ARGS)

.PHONY: check
check: deps ## install what is missing, build, run all tests
	$(Q)$(MAKE) --no-print-directory all unit snippets
	$(Q)$(PYTEST) $(or $(TESTS),tests)

# The frameworks that people train with, in an environment of their own.
FRAMEWORKS := $(abspath $(BUILD))/frameworks

.PHONY: check-frameworks
check-frameworks: deps-frameworks ## install PyTorch, Lightning, JAX ... (pip), compare their I/O with strace's
	$(Q)$(MAKE) --no-print-directory all
	$(Q)test -x $(FRAMEWORKS)/bin/pip || $(PYTHON) -m venv --clear $(FRAMEWORKS)
	$(Q)$(FRAMEWORKS)/bin/python tests/frameworks/install.py tests/frameworks/requirements.txt
	$(Q)$(PYTEST) $(or $(TESTS),tests/frameworks)

.PHONY: bench
bench: deps-bench ## what tracing costs and how fast traces are read (ARGS=--quick: a minute)
	$(Q)$(MAKE) --no-print-directory all $(addprefix $(BUILD)/bench/,work measure generate)
	$(Q)PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/bench.py $(BUILD) $(ARGS)

.PHONY: unit snippets
unit: $(UNIT_BIN)
snippets: $(SNIPPET_BIN)

.PHONY: sanitize
sanitize: deps ## unit tests and odd and damaged traces with ASan and UBSan, in build/asan
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan \
	  OPT='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' \
	  $(BUILD)/asan/aiotrace unit
	$(Q)ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=abort_on_error=1 \
	  AIOTRACE_PROGRAM=$(abspath $(BUILD))/asan/aiotrace AIOTRACE_UNIT=$(abspath $(BUILD))/asan/unit \
	  $(PYTEST) tests/unit $(addprefix tests/e2e/test_,bad_traces.py hostile_traces.py odd_runs.py numbers.py)

.PHONY: lint
lint: deps-lint ## format, static analysis and the rules of the house
	$(Q)$(PYTHON) tests/lint/lint.py
	@echo 'clang-format'
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
	@echo 'clang-tidy'
	$(Q)$(MAKE) --no-print-directory $(BUILD)/gen/calls_frame.h
	$(Q)printf '%s\n' $(PRELOAD_SRC) | grep '\.c$$' | xargs -P $$(nproc) -n 4 sh -c \
	  'clang-tidy --quiet "$$@" -- $(CFLAGS_) $(PRELOAD_CFLAGS) -Ipreload 2>/dev/null' tidy
	$(Q)printf '%s\n' $(ANALYZER_SRC) | grep '\.c$$' | xargs -P $$(nproc) -n 4 sh -c \
	  'clang-tidy --quiet "$$@" -- $(CFLAGS_) -Ianalyzer 2>/dev/null' tidy
	@echo 'cppcheck'
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -j $$(nproc) \
	  --enable=warning,performance --suppress=missingIncludeSystem \
	  --suppress=unknownMacro -Iinclude -D_GNU_SOURCE -D__x86_64__ preload analyzer
	@echo 'lint: nothing to say'

# ---- Installation -----------------------------------------------------------

.PHONY: install uninstall
install: all ## install below PREFIX (/usr/local), staged in DESTDIR
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PREFIX)/include/aiotrace
	install -m 755 $(BUILD)/aiotrace $(DESTDIR)$(BINDIR)/aiotrace
	install -m 755 $(BUILD)/libaiotrace.so $(DESTDIR)$(LIBDIR)/libaiotrace.so
	install -m 644 $(INSTALL_HEADERS) $(DESTDIR)$(PREFIX)/include/aiotrace/

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/aiotrace $(DESTDIR)$(LIBDIR)/libaiotrace.so
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/include/aiotrace/,$(notdir $(INSTALL_HEADERS)))
	-rmdir $(DESTDIR)$(PREFIX)/include/aiotrace

INSTALL_HEADERS := include/aiotrace/format.h include/aiotrace/calls.def include/aiotrace/mark.h

.PHONY: clean help
clean: ## remove build/
	$(Q)rm -rf $(BUILD)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | \
	  while IFS="$$(printf '\t')" read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done
	@printf '\n  CC=clang  PYTHON=/path/to/python3  BUILD=dir  V=1 (show commands)\n'
	@printf '  make check TESTS=tests/e2e/test_offsets.py ARGS=-x  (some tests only)\n'

-include $(PRELOAD_OBJ:.o=.d) $(ANALYZER_OBJ:.o=.d) $(wildcard $(BUILD)/unit/*.d)
