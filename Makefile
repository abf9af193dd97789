# SPDX-License-Identifier: GPL-2.0-or-later
VERSION = 0.1.0
PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
DESTDIR ?=
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC = gcc
endif

# In dependency order: a module includes its own header and those of modules before it.
# A module whose every function is inline is a header alone.
MODULES = fault log mono hash rng list cursor \
	packet decode stats \
	pool table flow burst \
	feature \
	names bytes csv dataset dataset_csv codes split tree oob forest forest_train calibrate forest_file model model_section model_file \
	label record \
	file replay conf ring queue

BUILD ?= build$(if $(SAN),-san)$(if $(filter-out gcc,$(CC)),-$(notdir $(CC)))

CPPFLAGS += -iquote include -D_GNU_SOURCE -DNFCLASS_VERSION='"$(VERSION)"' \
	-DNFCLASS_PREFIX='"$(PREFIX)"' -DNFCLASS_SYSCONFDIR='"$(SYSCONFDIR)"'
CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef
HARDEN = -fstack-protector-strong -fPIE -ffp-contract=off \
	$(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
comma = ,
LDFLAGS += -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ALL_CFLAGS = -std=c11 $(CFLAGS) $(WARN) $(HARDEN) -pthread

MODULE_C = $(wildcard $(MODULES:%=src/%.c))
MODULE_O = $(MODULE_C:src/%.c=$(BUILD)/%.o)
COMMAND_O = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/nfclass.c src/cmd_*.c))
DAEMON_O = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/nfclassd.c src/worker.c))
PROGRAMS = $(if $(wildcard src/nfclass.c),$(BUILD)/nfclass) \
	$(if $(wildcard src/nfclassd.c),$(BUILD)/nfclassd)
UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))

LIB_PKGS = libnetfilter_queue libmnl libnfnetlink libcap-ng libseccomp
LIBS = $(shell $(PKG_CONFIG) --libs $(LIB_PKGS)) -lpcap -liniparser -lm

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/libnfclass.a: $(MODULE_O)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/nfclass: $(COMMAND_O) $(BUILD)/libnfclass.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/nfclassd: $(DAEMON_O) $(BUILD)/libnfclass.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: src/%.c | $(BUILD)/tests
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(BUILD)/libnfclass.a | $(BUILD)/tests
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libnfclass.a \
		-lcmocka $(LIBS)

$(BUILD)/tests:
	mkdir -p $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/tests/*.d)

.PHONY: unit
unit: $(UNIT_TESTS)

# Everything that must hold: units, captures, and as root the real queue.
.PHONY: check
check: all unit
	BUILD=$(BUILD) MODULES='$(MODULES)' sh tests/run.sh

.PHONY: clean
clean:
	rm -rf $(BUILD)
