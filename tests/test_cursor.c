/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "cursor.h"

static const uint8_t digits[8] = { 0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8 };

static void numbers_have_their_byte_order(void **state)
{
	struct cursor c = cur_of(digits, 8), at = c;
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	assert_true(cur_u8(&c, &v8) && v8 == 0x81);
	c = at;
	assert_true(cur_be16(&c, &v16) && v16 == 0x8192);
	c = at;
	assert_true(cur_be32(&c, &v32) && v32 == 0x8192a3b4);
	c = at;
	assert_true(cur_be64(&c, &v64) && v64 == 0x8192a3b4c5d6e7f8);
	c = at;
	assert_true(cur_le16(&c, &v16) && v16 == 0x9281);
	c = at;
	assert_true(cur_le32(&c, &v32) && v32 == 0xb4a39281);
	c = at;
	assert_true(cur_le64(&c, &v64) && v64 == 0xf8e7d6c5b4a39281);
	assert_int_equal(cur_left(&c), 0);
	(void)state;
}

/* Each read in turn: is it of need bytes, and does a failing one touch nothing? */
static bool read_kind(int kind, struct cursor *c, uint64_t *v)
{
	const uint8_t *p = NULL;
	uint8_t v8 = 0x55;
	uint16_t v16 = 0x5555;
	uint32_t v32 = 0x55555555;
	bool ok = false;

	switch (kind) {
	case 0:
		ok = cur_u8(c, &v8);
		return *v = v8, ok;
	case 1:
		ok = cur_be16(c, &v16);
		return *v = v16, ok;
	case 2:
		ok = cur_le16(c, &v16);
		return *v = v16, ok;
	case 3:
		ok = cur_be32(c, &v32);
		return *v = v32, ok;
	case 4:
		ok = cur_le32(c, &v32);
		return *v = v32, ok;
	case 5:
		return cur_be64(c, v);
	case 6:
		return cur_le64(c, v);
	case 7:
		return cur_skip(c, 5);
	}
	ok = cur_bytes(c, 3, &p);
	assert_true(ok == (p != NULL));
	return ok;
}

static void a_read_past_the_end_touches_nothing(void **state)
{
	static const struct {
		size_t need;
		uint64_t untouched;
	} kinds[] = {
		{ 1, 0x55 },
		{ 2, 0x5555 },
		{ 2, 0x5555 },
		{ 4, 0x55555555 },
		{ 4, 0x55555555 },
		{ 8, 0x5555555555555555 },
		{ 8, 0x5555555555555555 },
		{ 5, 0x5555555555555555 },
		{ 3, 0x5555555555555555 },
	};

	for (int kind = 0; kind < 9; kind++) {
		for (size_t len = 0; len <= 8; len++) {
			uint8_t *cut = copy_of(digits, len);
			struct cursor c = cur_of(cut, len);
			uint64_t v = 0x5555555555555555;
			bool ok = read_kind(kind, &c, &v);

			assert_int_equal(ok, len >= kinds[kind].need);
			assert_int_equal(cur_left(&c), ok ? len - kinds[kind].need : len);
			if (!ok)
				assert_true(v == kinds[kind].untouched);
			free(cut);
		}
	}
	(void)state;
}

static void a_skip_cannot_wrap(void **state)
{
	struct cursor c = cur_of(digits, 8);
	const uint8_t *p = NULL;

	assert_false(cur_skip(&c, SIZE_MAX));
	assert_false(cur_bytes(&c, SIZE_MAX - 3, &p));
	assert_null(p);
	assert_true(cur_skip(&c, 0) && cur_skip(&c, 8) && cur_skip(&c, 0));
	assert_false(cur_skip(&c, 1));
	(void)state;
}

static void bytes_are_borrowed(void **state)
{
	struct cursor c = cur_of(digits, 8);
	const uint8_t *p = NULL;

	assert_true(cur_skip(&c, 2) && cur_bytes(&c, 4, &p));
	assert_ptr_equal(p, digits + 2);
	assert_int_equal(cur_left(&c), 2);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_their_byte_order),
		cmocka_unit_test(a_read_past_the_end_touches_nothing),
		cmocka_unit_test(a_skip_cannot_wrap),
		cmocka_unit_test(bytes_are_borrowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
