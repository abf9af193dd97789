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
MODULES = fault log mono hash rng list cursor decimal escape line \
	packet segment decode stats spread \
	pool table flow event due burst_flow flows burst \
	feature past evidence evidence_vote \
	names bytes order csv dataset dataset_csv \
	codes split bags tree oob forest forest_train teach \
	calibrate forest_file forest_file_parse \
	novelty novelty_learn novelty_file model model_section model_file \
	stream weigh strengths train \
	label explain record tally judge unknown examine holdout trial leaks early \
	plot report report_unknown report_json report_html \
	inorder file model_load replay walk trace progress load \
	pairing overlay mix early_run \
	rate words hours device shape rule plan plan_lines \
	policy hold pending \
	clock wall addrs setting ini user conf conf_check ring \
	attribute qmsg qtable qsocket stamps queue \
	ctmsg ctsock ctlist ctmark ctgone ctclear \
	bell outbox desk clerk porter lane worker neigh marker skip \
	ifnames notify detach fence sieve sandbox usage usage_lines sink bypass watch status status_text status_json \
	request door control

BUILD ?= build$(if $(SAN),-san)$(if $(filter-out gcc,$(CC)),-$(notdir $(CC)))

CPPFLAGS += -iquote include -D_GNU_SOURCE -DNFCLASS_VERSION='"$(VERSION)"' \
	-DNFCLASS_PREFIX='"$(PREFIX)"' -DNFCLASS_SYSCONFDIR='"$(SYSCONFDIR)"' \
	$(if $(SAN),-DNFCLASS_SANITIZER)
CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef
HARDEN = -fstack-protector-strong -fPIE -ffp-contract=off \
	$(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
comma = ,
define newline


endef
# The programs are compiled as a whole, which makes the packet path a twelfth faster; tests
# link what the modules are by themselves, which is quicker done.
LTO ?= $(if $(SAN),,$(if $(filter gcc,$(CC)),-flto=auto -ffat-lto-objects))
NO_LTO = $(if $(LTO),-fno-lto)
LDFLAGS += -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ALL_CFLAGS = -std=c11 $(CFLAGS) $(WARN) $(HARDEN) -pthread

MODULE_C = $(wildcard $(MODULES:%=src/%.c))
MODULE_O = $(MODULE_C:src/%.c=$(BUILD)/%.o)
COMMAND_O = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/nfclass.c src/cmd_*.c))
# Files that only the one program uses.
DAEMON_C = src/nfclassd.c src/daemon.c src/crew.c src/settings.c src/answer.c
DAEMON_O = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard $(DAEMON_C)))
PROGRAMS = $(if $(wildcard src/nfclass.c),$(BUILD)/nfclass) \
	$(if $(wildcard src/nfclassd.c),$(BUILD)/nfclassd)
# Programs that tests run on their hosts; replay is made of several files.
HOSTS = $(patsubst %,$(BUILD)/tests/hosts/%,play record replay traffic unnat)
UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
FUZZERS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz_*.c))
TEST_TOOLS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/gen_*.c tests/tool_*.c))

LIB_PKGS = libnetfilter_queue libmnl libnfnetlink libcap-ng libseccomp
LIBS = $(shell $(PKG_CONFIG) --libs $(LIB_PKGS)) -lpcap -liniparser -lm

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/libnfclass.a: $(MODULE_O)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/nfclass: $(COMMAND_O) $(BUILD)/libnfclass.a
	$(CC) $(filter-out -Werror,$(ALL_CFLAGS)) $(LTO) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/nfclassd: $(DAEMON_O) $(BUILD)/libnfclass.a
	$(CC) $(filter-out -Werror,$(ALL_CFLAGS)) $(LTO) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: src/%.c | $(BUILD)/tests
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LTO) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(BUILD)/libnfclass.a | $(BUILD)/tests
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(NO_LTO) -MMD -MP $(LDFLAGS) -o $@ $< \
		$(BUILD)/libnfclass.a -lcmocka $(LIBS)

$(BUILD)/tests/hosts/%: tests/hosts/%.c | $(BUILD)/tests/hosts
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $(filter %.c,$^) -lpcap

$(BUILD)/tests/hosts/replay: tests/hosts/frames.c tests/hosts/script.c

# Places that the daemon knows: others make it anew.
$(BUILD)/conf.o $(BUILD)/nfclassd.o $(BUILD)/cmd_control.o: $(BUILD)/places

.PHONY: force
$(BUILD)/places: force | $(BUILD)/tests
	@echo '$(PREFIX) $(SYSCONFDIR)' | cmp -s - $@ || echo '$(PREFIX) $(SYSCONFDIR)' >$@

$(BUILD)/tests $(BUILD)/tests/hosts:
	mkdir -p $@

$(BUILD)/tests/bench:
	mkdir -p $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/tests/*.d $(BUILD)/tests/hosts/*.d \
	$(BUILD)/tests/bench/*.d)

.PHONY: unit
unit: $(UNIT_TESTS) $(TEST_TOOLS)

.PHONY: hosts
hosts: $(HOSTS)

# Fuzz targets, which only clang builds, with sanitizers.  They run until they find
# something: build-fuzz/tests/fuzz_decode -max_total_time=60
.PHONY: fuzz fuzzers
fuzz:
	$(MAKE) BUILD=$(BUILD)-fuzz CC=clang SAN=1 \
		CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' fuzzers

fuzzers: $(FUZZERS)

$(BUILD)/tests/fuzz_%: tests/fuzz_%.c $(BUILD)/libnfclass.a | $(BUILD)/tests
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -fsanitize=fuzzer $(LDFLAGS) -o $@ $< \
		$(BUILD)/libnfclass.a $(LIBS)

# Everything that must hold: units, captures, and as root the real queue.
.PHONY: check
check: all unit hosts
	BUILD=$(BUILD) MODULES='$(MODULES)' sh tests/run.sh

# Benches run as they come from Debian: python3-sklearn, python3-scapy, tshark, ndpiReader;
# what is missing is left out.  ONNX: a node_modules folder that has onnxruntime-node.
PYTHON ?= /usr/bin/python3
ONNX ?=
ROUNDS ?= 5
LIVE_ROUNDS ?= 9
# Trees on the large data set; 100 take scikit-learn minutes a round.
D1_TREES ?= 10
BENCHES = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c))

$(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/libnfclass.a | $(BUILD)/tests/bench
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(NO_LTO) -MMD -MP $(LDFLAGS) -o $@ $< \
		$(BUILD)/libnfclass.a $(LIBS)

.PHONY: bench
bench: all $(BENCHES)
	$(PYTHON) tests/bench/captures.py --bin $(BUILD)/tests/bench \
		--nfclass $(BUILD)/nfclass --rounds $(ROUNDS)
	$(PYTHON) tests/bench/forests.py --bin $(BUILD)/tests/bench \
		--nfclass $(BUILD)/nfclass --rounds $(ROUNDS) --d1-trees $(D1_TREES) $(ONNX:%=--onnx %) \
		--data "$${NFCLASS_DATA:-../shared/data}"

# Needs root: the queue, live, in network namespaces of its own.
.PHONY: bench-live
bench-live: all $(BENCHES)
	$(PYTHON) tests/bench/live.py --bin $(BUILD)/tests/bench \
		--nfclassd $(BUILD)/nfclassd --nfclass $(BUILD)/nfclass --rounds $(LIVE_ROUNDS)

# The same as sh tests/demo.sh, with what is installed.
.PHONY: demo
demo: all hosts
	BUILD=$(BUILD) sh tests/demo.sh --built

.PHONY: modules
modules:
	@echo '$(MODULES)'

LINT_C = $(wildcard src/*.c include/*.h tests/*.c tests/hosts/*.c tests/hosts/*.h \
	tests/bench/*.c)
LINT_SH = $(wildcard tests/*.sh tests/bench/*.sh gateway/parts/*.sh models/*.sh) gateway/nfclass-gateway .ci/run

# Any finding fails.
.PHONY: lint
lint:
	clang-format --dry-run -Werror $(LINT_C)
	clang-tidy --quiet --warnings-as-errors='*' $(filter %.c,$(LINT_C)) \
		-- $(CPPFLAGS) -std=c11
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability,performance \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar \
		--suppress=invalidPointerCast -I include src tests
	shellcheck -x $(LINT_SH)

SBIN = $(DESTDIR)$(PREFIX)/sbin
BIN = $(DESTDIR)$(PREFIX)/bin
PARTS = $(DESTDIR)$(PREFIX)/lib/nfclass/gateway
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
SYSUSERS = $(DESTDIR)$(PREFIX)/lib/sysusers.d
MODELS = $(DESTDIR)$(PREFIX)/share/nfclass
MAN = $(DESTDIR)$(PREFIX)/share/man
CONF = $(DESTDIR)$(SYSCONFDIR)/nfclass
UNIT_FILES = $(notdir $(wildcard gateway/*.service))
MODEL_FILES = $(notdir $(wildcard models/*.nfm))
MAN_FILES = $(notdir $(wildcard src/man/*.[158]))
# Models lie beside the source, and elsewhere once installed.
installed_conf = sed 's|\.\./models/|$(PREFIX)/share/nfclass/|' conf/nfclass.ini
man_dir = $(MAN)/man$(subst .,,$(suffix $(1)))

# Whom the daemon becomes.  Packages do that where they are installed; it goes without, too.
NO_SHELL = $(firstword $(wildcard /usr/sbin/nologin /sbin/nologin) /bin/false)
make_user = getent passwd nfclass >/dev/null || useradd --system --user-group \
	--no-create-home --home-dir /nonexistent --shell $(NO_SHELL) nfclass || \
	echo "there is no user nfclass: nfclassd will run as nobody"

# A configuration that is there already is its owner's.
.PHONY: install
install: all
	install -d $(SBIN) $(BIN) $(PARTS) $(UNITS) $(SYSUSERS) $(MODELS) $(CONF)
	install -m 755 $(BUILD)/nfclass $(BIN)/nfclass
	install -m 755 $(BUILD)/nfclassd $(SBIN)/nfclassd
	install -m 755 gateway/nfclass-gateway $(SBIN)/nfclass-gateway
	install -m 644 gateway/parts/*.sh $(PARTS)
	install -m 644 $(MODEL_FILES:%=models/%) $(MODELS)
	for unit in $(UNIT_FILES); do \
		sed 's|@PREFIX@|$(PREFIX)|g' gateway/$$unit >$(UNITS)/$$unit && \
		chmod 644 $(UNITS)/$$unit || exit 1; \
	done
	install -m 644 gateway/nfclass.sysusers $(SYSUSERS)/nfclass.conf
	$(foreach m,$(MAN_FILES),install -D -m 644 src/man/$(m) $(call man_dir,$(m))/$(m) && \
		sed -i 's|/usr/local/etc|$(SYSCONFDIR)|; s|/usr/local|$(PREFIX)|' $(call man_dir,$(m))/$(m)$(newline))
	[ -e $(CONF)/nfclass.ini ] || { $(installed_conf) >$(CONF)/nfclass.ini && \
		chmod 644 $(CONF)/nfclass.ini; }
	@[ "$(DESTDIR)" ] || [ "$$(id -u)" -ne 0 ] || { $(make_user); }

# Leaves a configuration that was changed, folders that hold what is not ours, and the user,
# who may have files.
.PHONY: uninstall
uninstall:
	rm -f $(BIN)/nfclass $(SBIN)/nfclassd $(SBIN)/nfclass-gateway
	rm -f $(UNIT_FILES:%=$(UNITS)/%) $(SYSUSERS)/nfclass.conf $(MODEL_FILES:%=$(MODELS)/%)
	rm -f $(foreach m,$(MAN_FILES),$(call man_dir,$(m))/$(m))
	rm -rf $(DESTDIR)$(PREFIX)/lib/nfclass
	! $(installed_conf) | cmp -s - $(CONF)/nfclass.ini || rm -f $(CONF)/nfclass.ini
	for dir in $(CONF) $(MODELS) $(MAN)/man1 $(MAN)/man5 $(MAN)/man8; do \
		rmdir --ignore-fail-on-non-empty -p $$dir 2>/dev/null || :; \
	done

.PHONY: clean
clean:
	rm -rf $(BUILD)
