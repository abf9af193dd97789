/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_text.h"

#include <errno.h>

static void assert_refused(const char *text, const char *where, const char *why)
{
	struct conf c;
	struct fault f;

	assert_int_equal(load(&c, text, &f), -EINVAL);
	if (!strstr(f.text, where) || !strstr(f.text, why))
		fail_msg("'%s' names neither '%s' nor '%s'", f.text, where, why);
}

static void errors_name_line_key_and_value(void **state)
{
	(void)state;
	assert_refused("[queue]\n\nworkers = 65\n", ":3: [queue] workers = 65",
	               "1 to 32");
	assert_refused("[queue]\nworkers = 0x1\n", ":2:", "1 to 32");
	assert_refused("[queue]\nworkers = -1\n", ":2:", "1 to 32");
	assert_refused("[queue]\nworkers =\n", ":2:", "1 to 32");
	assert_refused("[queue]\nlength = 99999999999999999999\n", ":2:", "1048576");
	assert_refused("[queue]\nfail_open = maybe\n", ":2:", "yes or no");
	assert_refused("[burst]\ngap_ms = fast\n", ":2:", "60000, or model");
	assert_refused("[log]\nformat = xml\n", ":2:", "seed, kv or json");
	assert_refused("[gateway]\nlan = a/b\n", ":2:", "interface");
	assert_refused("[gateway]\nlan = sixteen_letters_x\n", ":2:", "interface");
	assert_refused("[gateway]\nlan_address = 10.0.0.1\n", ":2:", "ADDRESS/BITS");
	assert_refused("[gateway]\nprefixes = 10.0.0.0/33\n", ":2:", "ADDRESS/BITS");
	assert_refused("[gateway]\nprefixes = 10.0.0.0/8,,\n", ":2:", "ADDRESS/BITS");
	assert_refused("[gateway]\ndhcp_range = 10.0.0.9-10.0.0.1\n", ":2:", "FIRST");
	assert_refused("[gateway]\ndns = one.one.one.one\n", ":2:", "ADDRESS");
	assert_refused("[gateway]\nnat = fd00::1\n", ":2:", "masquerade, off");
	assert_refused("[model]\npath =\n", ":2:", "path");
	assert_refused("[log]\nident = a b\n", ":2:", "one word");
	assert_refused("[gateway]\ndown = fast\n", ":2: [gateway] down = fast",
	               "a rate from 8kbit");
	assert_refused("[mark]\nmask = 15\n", ":2:", "0x0f000000");
	assert_refused("[mark]\nmask = 0x100000000\n", ":2:", "32 bits");
	assert_refused("[mark]\nmask = 0x0x\n", ":2:", "32 bits");
	assert_refused("[devices]\nx = y\n", ":2: [devices] x = y", "ADDRESS/BITS");
}

static void errors_in_the_plan_name_line_key_and_value(void **state)
{
	(void)state;
	assert_refused("[mark]\n\nmask = 0x5\n", ":3: [mark] mask = 0x00000005",
	               "adjacent bits");
	assert_refused("[mark]\nYouTube = 16\n", ":2: [mark] YouTube = 16", "3 to 15");
	assert_refused("[mark]\nother = 16\n", ":2: [mark] other = 16", "15 at most");
	assert_refused("[mark]\nmask = 0x30\na = 3\n", ":3: [mark] a = 3", "all other");
	assert_refused("[mark]\nA = 4\na = 5\n", ":3:", "twice, first in line 2");
	assert_refused("[shape]\nx = down 9\n", ":2: [shape] x = down 9", "'9' is not");
	assert_refused("[policy]\nx = app any shape y\n",
	               ":2: [policy] x = app any shape y", "[shape] has no y");
	assert_refused("[policy]\nx = app any block\n[mark]\nmask = 0x3\n",
	               ":4: [mark] mask", "none is left for what is blocked");
	assert_refused("[shape]\nx = down 2mbit\n[gateway]\ndown = 1mbit\n",
	               ":2: [shape] x", "the link has less, by [gateway] down");
}

static void errors_in_the_form_name_the_line(void **state)
{
	char longest[1200];

	(void)state;
	assert_refused("[queue]\nworker = 1\n", ":2: unknown key 'worker'", "[queue]");
	assert_refused("\n[qeue]\nworkers = 1\n", ":2:", "unknown section [qeue]");
	assert_refused("workers = 1\n", ":1:", "before any [section]");
	assert_refused("[log]\nworkers = 1\n", ":2:", "unknown key");
	assert_refused("[queue]\nworkers = 1\n[log]\n[queue]\nWorkers = 1\n",
	               ":5:", "twice, first in line 2");
	assert_refused("[queue\n", ":1:", "not [section]");
	assert_refused("[queue] x]\n", ":1:", "not [section]");
	assert_refused("[]\n", ":1:", "unknown section");
	assert_refused("[queue]\nworkers\n", ":2:", "not key = value");
	assert_refused("[queue]\n= 1\n", ":2:", "not key = value");
	assert_refused("[queue]\nx\n", ":2:", "not key = value");
	assert_refused("[queue]\nworkers = \\\n1\n", ":2:", "continued");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	memcpy(longest, "[log]\nfile = ", 13);
	assert_refused(longest, ":2:", "longer than");
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	assert_refused("[gateway]\nlan = eth0\nwan = eth0\n", path, "both eth0");
	assert_refused("[queue]\nfirst = 65530\nworkers = 7\n", path, "above 65535");
	assert_refused("[queue]\nskip_labelled = 1\nresample_s = 600\n", path, "less");
	assert_refused("[gateway]\nlan_address = 10.7.1.1/24\n"
	               "dhcp_range = 10.7.2.10-10.7.2.20\n",
	               path, "outside");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_name_line_key_and_value),
		cmocka_unit_test(errors_in_the_plan_name_line_key_and_value),
		cmocka_unit_test(errors_in_the_form_name_the_line),
		cmocka_unit_test(settings_that_contradict_each_other_are_refused),
	};

	return run_with_file(path, tests);
}
