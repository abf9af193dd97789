/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "hash.h"

/* The words whose little-endian bytes are 0, 1, 2, ... (modulo 256). */
static void count_up(uint64_t *w, size_t words)
{
	for (size_t i = 0; i < words; i++) {
		w[i] = 0;
		for (size_t k = 0; k < 8; k++)
			w[i] |= (uint64_t)((8 * i + k) & 0xff) << 8 * k;
	}
}

/* The authors' key and messages; values of a second implementation, which also gives the
 * published ones of SipHash-2-4 and of CPython's hash(bytes). */
static void siphash_has_the_reference_values(void **state)
{
	static const struct {
		size_t words;
		uint64_t hash;
	} rows[] = {
		{ 0, 0xabac0158050fc4dc },  { 1, 0x369095118d299a8e },
		{ 2, 0xcc4fdd1a7d908b66 },  { 5, 0xc1d2363299e41531 },
		{ 32, 0x75b3e64e167de370 },
	};
	struct hash_key key;
	uint64_t w[32];

	count_up(w, 32);
	memcpy(key.k, w, sizeof(key.k));
	for (size_t i = 0; i < 5; i++)
		assert_true(hash_words(&key, w, rows[i].words) == rows[i].hash);
	key = (struct hash_key){ { 0, 0 } };
	assert_true(hash_words(&key, w, 5) == 0x95bc321ab41d8206);
	(void)state;
}

static void the_key_matters(void **state)
{
	uint64_t w[5] = { 1, 2, 3, 4, 5 };
	uint64_t plain = hash_words(&(struct hash_key){ { 0, 0 } }, w, 5);

	assert_true(hash_words(&(struct hash_key){ { 1, 0 } }, w, 5) != plain);
	assert_true(hash_words(&(struct hash_key){ { 0, 1 } }, w, 5) != plain);
	(void)state;
}

static void crc32c_has_the_check_value(void **state)
{
	uint8_t zeros[32] = { 0 }, ones[32];

	assert_int_equal(hash_crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(hash_crc32c(0, "", 0), 0);
	memset(ones, 0xff, sizeof(ones));
	/* RFC 3720 B.4 */
	assert_int_equal(hash_crc32c(0, zeros, 32), 0x8a9136aa);
	assert_int_equal(hash_crc32c(0, ones, 32), 0x62a8ab43);
	(void)state;
}

static void crc32c_goes_on_from_any_cut(void **state)
{
	for (size_t cut = 0; cut <= 9; cut++) {
		uint32_t c = hash_crc32c(0, "123456789", cut);

		assert_int_equal(hash_crc32c(c, &"123456789"[cut], 9 - cut), 0xe3069283);
	}
	(void)state;
}

static void fnv_has_the_published_values(void **state)
{
	assert_true(hash_fnv(HASH_FNV_INIT, "", 0) == 0xcbf29ce484222325);
	assert_true(hash_fnv(HASH_FNV_INIT, "a", 1) == 0xaf63dc4c8601ec8c);
	assert_true(hash_fnv(HASH_FNV_INIT, "foobar", 6) == 0x85944171f73967e8);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_has_the_reference_values),
		cmocka_unit_test(the_key_matters),
		cmocka_unit_test(crc32c_has_the_check_value),
		cmocka_unit_test(crc32c_goes_on_from_any_cut),
		cmocka_unit_test(fnv_has_the_published_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
