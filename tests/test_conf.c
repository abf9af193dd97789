/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_text.h"

#include <errno.h>
#include <syslog.h>

static char *printed(const struct conf *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	conf_print(c, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void an_empty_file_means_the_defaults(void **state)
{
	struct conf c, d;
	struct fault f;
	char *a, *b;

	(void)state;
	assert_int_equal(load(&c, "", &f), 0);
	conf_defaults(&d);
	a = printed(&c);
	b = printed(&d);
	assert_string_equal(a, b);
	assert_int_equal(c.queue.length, 8192);
	assert_int_equal(c.burst.gap_ms, CONF_MODEL);
	assert_true(c.queue.fail_open && !c.queue.realtime);
	assert_int_equal(c.log.facility, LOG_DAEMON);
	free(a);
	free(b);
}

static void the_shipped_file_holds_every_default(void **state)
{
	struct conf c, d;
	struct fault f;
	char *a, *b, text[1 << 15], key[64];
	FILE *in = fopen("conf/nfclass.ini", "r");

	(void)state;
	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = 0;
	fclose(in);
	assert_int_equal(conf_load(&c, "conf/nfclass.ini", &f), 0);
	conf_defaults(&d);
	strcpy(c.model.path, d.model.path); /* the one that has to be set */
	a = printed(&c);
	b = printed(&d);
	assert_string_equal(a, b);
	for (char *line = strtok(b, "\n"); line; line = strtok(NULL, "\n")) {
		snprintf(key, sizeof(key), "\n%.*s", (int)strcspn(line, "= "), line);
		if (!strstr(text, key))
			fail_msg("conf/nfclass.ini lacks%s", key);
	}
	free(a);
	free(b);
}

static const char unusual[] =
	"[gateway]\nlan = br-lan\nwan = eth0.7\n"
	"lan_address = 10.7.1.1/24, fd00:7::1/64\nprefixes = 10.7.0.0/16\n"
	"dhcp_range = 10.7.1.100-10.7.1.200\ndhcp_lease_s = 120\n"
	"dns = 9.9.9.9,2620:fe::fe\nnat = 192.0.2.1\ndown = 50 Mbit/s\nup = 1.5mbit\n"
	"[queue]\nfirst = 65535\nworkers = 1\nlength = 16\ncopy_bytes = 96\n"
	"fail_open = off\nbuffer_bytes = 65536\nrealtime = yes\nskip_labelled = "
	"2\nresample_s = 1\n"
	"[burst]\ngap_ms = 1000\nmax_ms = 0\n"
	"[flow]\nmax = 16\nclients = 16\nper_burst = 1\ntimeout_s = 2\n"
	"[model]\npath = \"/tmp/a;b #1.nfm\"\n"
	"[label]\nunknown = no\nalone = on\nearly_packets = 8\nearly_ms = 1500\n"
	"[log]\nsyslog = no\nident = x-1\nfacility = local7\nlevel = debug\n"
	"file = /var/log/x\nformat = seed\ncounters = on\nstatus_s = 60\n"
	"[daemon]\nuser = 64917\nsandbox = no\n"
	"[control]\nsocket = /tmp/x\nmode = 0666\ngroup = adm\ntop = 16\n"
	"[policy]\nlate = app \"Google Maps\" device tablet hours 20:00-07:00 block\n"
	"all = app any days sat,sun shape slow\n"
	"[mark]\nenabled = yes\nmask = 0xff0000\nskip_bit = 0x1\nsave = ctnetlink\n"
	"hold = 1\nother = 9\nYouTube = 4\nGoogle Maps = 255\n"
	"[shape]\nslow = up 1mbit ceil 1.5mbit down 10 Mbit/s prio 7\n"
	"youtube = prio 0\n"
	"[devices]\ntablet = 10.7.1.9, fd00:7::9, AA:bb:cc:dd:ee:ff\n";

static void the_manual_names_every_key(void **state)
{
	char man[1 << 15], entry[64], *text, *at;
	FILE *in = fopen("src/man/nfclass.ini.5", "r");
	struct conf c;

	(void)state;
	assert_non_null(in);
	man[fread(man, 1, sizeof(man) - 1, in)] = 0;
	fclose(in);
	conf_defaults(&c);
	text = at = printed(&c);
	for (char *line; (line = strsep(&at, "\n"));) {
		(void)snprintf(entry, sizeof(entry), "\n.BR %.*s \"",
		               (int)strcspn(line, " "), line);
		if (strchr(line, '=') && !strstr(man, entry))
			fail_msg("nfclass.ini(5) lacks%s", entry);
	}
	free(text);
}

static void what_is_printed_reads_the_same(void **state)
{
	struct conf c, d;
	struct fault f;
	char *a, *b;

	(void)state;
	assert_int_equal(load(&c, unusual, &f), 0);
	a = printed(&c);
	assert_int_equal(load(&d, a, &f), 0);
	b = printed(&d);
	assert_string_equal(a, b);
	assert_memory_equal(&c.lan, &d.lan, sizeof(c.lan));
	assert_string_equal(d.model.path, "/tmp/a;b #1.nfm");
	assert_int_equal(d.log.facility, LOG_LOCAL7);
	assert_int_equal(d.label.early_packets, 8);
	assert_int_equal(d.label.early_ms, 1500);
	assert_true(d.label.alone && d.log.counters && !d.queue.fail_open &&
	            d.queue.realtime);
	assert_int_equal(d.queue.first, 65535);
	assert_string_equal(d.daemon.user, "64917");
	assert_false(d.daemon.sandbox);
	free(a);
	free(b);
}

static void names_are_matched_without_case_and_kept_as_written(void **state)
{
	struct conf c;
	struct fault f;

	(void)state;
	assert_int_equal(load(&c, unusual, &f), 0);
	assert_string_equal(c.plan.app[0].name, "YouTube");
	assert_int_equal(plan_app_value(&c.plan, "YOUTUBE"), 4);
	assert_int_equal(c.plan.shape[1].value, 4);
	assert_string_equal(c.plan.rule[0].rule.name, "late");
	assert_string_equal(c.plan.rule[0].device.name, "tablet");
	assert_int_equal(c.gateway.down, 50000000);
	assert_int_equal(c.plan.block, 254); /* Google Maps has the highest */
}

static void none_of_those_is_a_default(void **state)
{
	struct conf c, d;
	struct fault f;
	char *a, *b, *in_a, *in_b, *line;

	(void)state;
	assert_int_equal(load(&c, unusual, &f), 0);
	conf_defaults(&d);
	c.queue.workers = 2; /* cannot be, beside first = 65535 */
	a = printed(&c);
	b = printed(&d);
	in_a = a;
	in_b = b;
	while ((line = strsep(&in_a, "\n"))) {
		const char *other = strsep(&in_b, "\n");

		if (other && strchr(line, '='))
			assert_string_not_equal(line, other);
	}
	free(a);
	free(b);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct conf c;
	struct fault f;

	(void)state;
	assert_int_equal(conf_load(&c, "/nonexistent/x.ini", &f), -ENOENT);
	assert_non_null(strstr(f.text, "/nonexistent/x.ini"));
	assert_int_equal(conf_load(&c, "/tmp", &f), -EISDIR);
	write_text("[log]\nfile = a\0b\n", 17);
	assert_int_equal(conf_load(&c, path, &f), -EINVAL);
	assert_non_null(strstr(f.text, "NUL"));
}

static void prefixes_fall_back_on_the_lan_addresses(void **state)
{
	struct addr a;
	struct conf c;
	struct fault f;

	(void)state;
	assert_true(addr_parse("10.7.9.9", &a));
	assert_int_equal(load(&c, "[gateway]\nlan_address = 10.7.9.1/24\n", &f), 0);
	assert_int_equal(c.lan.count, 1);
	assert_true(prefix_has(&c.lan.prefix[0], a));
	assert_int_equal(load(&c,
	                      "[gateway]\nlan_address = 10.7.9.1/24\n"
	                      "prefixes = 10.8.0.0/16,fd00::/8\n",
	                      &f),
	                 0);
	assert_int_equal(c.lan.count, 2);
	assert_false(prefix_has(&c.lan.prefix[0], a));
}

static void relative_paths_begin_at_the_file(void **state)
{
	struct conf c;
	struct fault f;

	(void)state;
	assert_int_equal(load(&c, "[model]\npath = m/x.nfm\n[log]\nfile = l\n", &f), 0);
	assert_string_equal(c.model.path, "/tmp/m/x.nfm");
	assert_string_equal(c.log.file, "/tmp/l");
}

static void comments_case_and_line_ends_do_not_matter(void **state)
{
	struct conf c;
	struct fault f;

	(void)state;
	assert_int_equal(load(&c,
	                      "# a\r\n; b\r\n [Queue] \r\n  WORKERS=3 ; c\r\n"
	                      "length\t=\t17 # d\r\n[log]\nlevel = WARN",
	                      &f),
	                 0);
	assert_int_equal(c.queue.workers, 3);
	assert_int_equal(c.queue.length, 17);
	assert_int_equal(c.log.level, 1);
}

static void keys_that_take_a_restart_are_named(void **state)
{
	struct conf a, b;
	struct fault f;
	char text[200];

	(void)state;
	conf_defaults(&a);
	assert_int_equal(load(&b, "[log]\nlevel = debug\n[label]\nalone = yes\n", &f), 0);
	assert_false(conf_needs_restart(&a, &b, text, sizeof(text)));
	assert_int_equal(load(&b, "[flow]\nmax = 17\n[queue]\nworkers = 2\n", &f), 0);
	assert_true(conf_needs_restart(&a, &b, text, sizeof(text)));
	assert_string_equal(text, "[queue] workers, [flow] max");
}

static void survives_every_truncation(void **state)
{
	struct conf c;
	struct fault f;

	(void)state;
	for (size_t len = 0; len < sizeof(unusual); len++) {
		write_text(unusual, len);
		(void)conf_load(&c, path, &f); /* either is right; the sanitizers judge */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_the_defaults),
		cmocka_unit_test(the_shipped_file_holds_every_default),
		cmocka_unit_test(the_manual_names_every_key),
		cmocka_unit_test(what_is_printed_reads_the_same),
		cmocka_unit_test(names_are_matched_without_case_and_kept_as_written),
		cmocka_unit_test(none_of_those_is_a_default),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(prefixes_fall_back_on_the_lan_addresses),
		cmocka_unit_test(relative_paths_begin_at_the_file),
		cmocka_unit_test(comments_case_and_line_ends_do_not_matter),
		cmocka_unit_test(keys_that_take_a_restart_are_named),
		cmocka_unit_test(survives_every_truncation),
	};

	return run_with_file(path, tests);
}
