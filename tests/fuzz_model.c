/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever is accepted can be asked, and packs to the same bytes.  Checksums are made
 * right first, else no input would get past them. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "model_section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define HEAD  24
#define TABLE (HEAD + 16 * MODEL_SECTIONS)

static void put(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void forge(uint8_t *data, size_t len)
{
	size_t at = TABLE + 4;

	put(data + 16, len, 8);
	for (size_t i = 0; i < MODEL_SECTIONS; i++) {
		uint8_t *entry = data + HEAD + 16 * i;
		size_t n = entry[8] | (size_t)entry[9] << 8 | (size_t)entry[10] << 16;

		n = n > len - at || i + 1 == MODEL_SECTIONS ? len - at : n;
		put(entry + 8, n, 8);
		put(entry + 4, hash_crc32c(0, data + at, n), 4);
		at += n;
	}
	put(data + TABLE, hash_crc32c(0, data, TABLE), 4);
}

static void use(const struct model *m, const uint8_t *data, size_t len)
{
	uint32_t votes[FOREST_CLASSES_MAX];
	float x[FEATURE_MAX] = { 0 }, p[FOREST_CLASSES_MAX];
	uint8_t *again;
	size_t again_len;

	forest_votes(m->forest, x, votes);
	if (!(novelty_of(&m->novelty, x) <= 1))
		abort();
	model_confidence(m, votes, forest_trees(m->forest), p);
	if (model_pack(m, &again, &again_len) != 0)
		abort();
	if (again_len != len || memcmp(again, data, len) != 0)
		abort();
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct model m;

	if (!copy)
		return 0;
	if (len)
		memcpy(copy, data, len);
	if (len > TABLE + 4)
		forge(copy, len);
	if (model_parse(&m, copy, len, NULL) == 0) {
		use(&m, copy, len);
		model_clear(&m);
	}
	free(copy);
	return 0;
}
