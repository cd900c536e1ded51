# SPDX-License-Identifier: Apache-2.0
# Targets are listed by `make help`, which prints the ## comments.
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

BUILD    ?= build
CC       ?= gcc
PYTHON   ?= /usr/bin/python3
PREFIX   ?= /usr/local
DESTDIR  ?=
LIBDIR   ?= $(PREFIX)/lib
OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow
CFLAGS_  := -std=gnu11 $(OPT) $(WARN) -Iinclude -I$(BUILD)/gen -D_GNU_SOURCE $(CFLAGS)
Q        := $(if $(V),,@)
say       = @$(if $(V),:,printf '  %-6s %s\n' '$(1)' '$(2)')

PRELOAD_SRC  := $(wildcard preload/*.c preload/*/*.c preload/*.S)
ANALYZER_SRC := $(wildcard analyzer/*.c)
PRELOAD_OBJ  := $(patsubst %,$(BUILD)/%.o,$(PRELOAD_SRC))
ANALYZER_OBJ := $(patsubst %,$(BUILD)/%.o,$(ANALYZER_SRC))
ZSTD_STATIC  ?= $(shell $(CC) -print-file-name=libzstd.a)

.PHONY: all
all: $(BUILD)/libaiotrace.so $(BUILD)/aiotrace ## build the library and the program into build/

$(BUILD)/preload/%.o: preload/% | $(BUILD)/gen/.made
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) -Ipreload -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

$(BUILD)/analyzer/%.o: analyzer/% | $(BUILD)/gen/.made
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS_) -Ianalyzer -MMD -MP -c -o $@ $<

$(BUILD)/gen/.made:
	$(Q)mkdir -p $(@D) && touch $@

# The export list is made from the table of calls, so that a row without a
# wrapper fails to link and nothing else is exported.
$(BUILD)/gen/exports.map: include/aiotrace/calls.def preload/exports.def
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && \
	  $(CC) -E -P -Iinclude -x c preload/exports.def >$@

$(BUILD)/libaiotrace.so: $(PRELOAD_OBJ) $(BUILD)/gen/exports.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared -o $@ $(PRELOAD_OBJ) $(ZSTD_STATIC) $(LDFLAGS) \
	  -Wl,--version-script=$(BUILD)/gen/exports.map -Wl,--no-undefined-version \
	  -Wl,--exclude-libs,ALL -Wl,-z,now,-z,defs -ldl -lpthread

$(BUILD)/aiotrace: $(ANALYZER_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $(ANALYZER_OBJ) $(LDFLAGS) -lzstd -ljansson -lm -lpthread

.PHONY: clean
clean: ## remove build/
	$(Q)rm -rf $(BUILD)

-include $(PRELOAD_OBJ:.o=.d) $(ANALYZER_OBJ:.o=.d)
