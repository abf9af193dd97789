/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

#include "testing.h"

static struct device device(const char *text)
{
	struct device d = { .name = "x" };

	if (!device_parse(text, &d))
		fail_msg("'%s' is refused", text);
	assert_string_equal(d.name, "x");
	return d;
}

static bool is(const struct device *d, const char *address, const struct mac *mac)
{
	struct addr a;

	assert_true(addr_parse(address, &a));
	return device_is(d, a, mac);
}

static const struct mac card = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x0f } };

static void a_device_is_known_by_any_of_its_keys(void **state)
{
	struct device d =
		device("192.168.1.5 , 10.0.0.0/8,fd00::/64,\taa:BB:cc:dd:ee:0f");
	const struct mac other = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x1f } };

	(void)state;
	assert_true(is(&d, "192.168.1.5", NULL));
	assert_false(is(&d, "192.168.1.6", NULL));
	assert_true(is(&d, "10.255.0.1", NULL));
	assert_true(is(&d, "fd00::1:2", NULL));
	assert_false(is(&d, "fd00:0:0:1::1", NULL));
	assert_true(is(&d, "192.168.1.6", &card));
	assert_false(is(&d, "192.168.1.6", &other));
}

static bool cover(const char *a, const char *b)
{
	struct device da = device(a), db = device(b);

	return device_covers(&da, &db);
}

static void a_device_covers_what_has_no_key_of_its_own(void **state)
{
	(void)state;
	assert_true(cover("10.0.0.0/8", "10.1.2.3"));
	assert_true(cover("10.0.0.0/8", "10.0.0.0/8"));
	assert_false(cover("10.1.2.3", "10.0.0.0/8"));
	assert_false(cover("10.0.0.0/8", "10.1.2.3,11.1.2.3"));
	assert_true(cover("10.0.0.0/8,11.0.0.0/8", "11.1.2.3,10.1.2.3"));
	assert_false(cover("0.0.0.0/0", "fd00::1"));
	assert_false(cover("0.0.0.0/0,::/0", "aa:bb:cc:dd:ee:0f"));
	assert_true(cover("10.0.0.1,aa:bb:cc:dd:ee:0f", "AA:bb:cc:dd:ee:0f"));
	assert_false(cover("10.0.0.1,aa:bb:cc:dd:ee:0f", "aa:bb:cc:dd:ee:1f"));
}

static void what_is_printed_reads_the_same(void **state)
{
	struct device d = device("::/0,0.0.0.0/0,192.168.1.77/24,aa:bb:cc:dd:ee:0f");
	char text[200];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	device_print(&d, out);
	fclose(out);
	assert_string_equal(text, "::/0,0.0.0.0/0,192.168.1.0/24,aa:bb:cc:dd:ee:0f");
	assert_true(is(&d, "1.2.3.4", NULL));
}

static void what_is_no_device_is_refused(void **state)
{
	static const char *const bad[] = { "",
		                           ",",
		                           "10.0.0.1,",
		                           "10.0.0.1 10.0.0.2",
		                           "10.0.0.0/33",
		                           "aa:bb:cc:dd:ee",
		                           "aa:bb:cc:dd:ee:ff:00",
		                           "aa-bb-cc-dd-ee-ff",
		                           "a:b:c:d:e:f",
		                           "tablet",
		                           "1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5" };
	struct device d = { .prefixes = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (device_parse(bad[i], &d))
			fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_known_by_any_of_its_keys),
		cmocka_unit_test(a_device_covers_what_has_no_key_of_its_own),
		cmocka_unit_test(what_is_printed_reads_the_same),
		cmocka_unit_test(what_is_no_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
