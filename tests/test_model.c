/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <errno.h>

#include "hash.h"
#include "learn_data.h"

/* A small model that has all there is: pure and mixed leaves, provenance, thresholds. */
static void make_model(struct model *m, unsigned trees, unsigned min_leaf)
{
	struct forest_params p = forest_defaults();
	uint32_t *rows = learn_rows(120);
	struct dataset d;
	float unseen[120];

	learn_data(&d, 3, feature_count(FEATURE_SEED15), 120, 5);
	model_init(m);
	m->set = FEATURE_SEED15;
	m->gap = mono_ms(1000);
	m->max = mono_ms(10000);
	m->mtu_bytes = 1500;
	m->min_packets = 2;
	m->precision = 0.9F;
	m->calibration = (struct calibration){ 0.01F, 2 };
	assert_int_equal(model_reserve(m, 3, feature_count(m->set)), 0);
	m->strengths = evidence_defaults();
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(names_add(&m->classes, d.labels.name[i]), i);
		m->prior[i] = 1 / 3.0F;
		m->threshold[i] = 0.5F + 0.5F * (float)i;
		m->threshold_alone[i] = 0.6F;
	}
	m->importance_gini[0] = 1;
	m->importance_permutation[0] = 0.5F;
	m->median[0] = 77;
	assert_int_equal(names_add(&m->provenance, "seed=1"), 0);
	assert_int_equal(names_add(&m->provenance, "set=made \xc3\xbcp"), 1);
	p.trees = trees;
	p.min_leaf = min_leaf;
	m->forest = forest_train(&(struct forest_rows){ &d, rows, 120 }, &p, NULL, NULL);
	assert_non_null(m->forest);
	assert_int_equal(novelty_learn(&m->novelty,
	                               &(struct forest_rows){ &d, rows, 120 }, NULL, 1,
	                               unseen),
	                 0);
	m->novelty.limit = 0.25F;
	m->novelty.limit_alone = 0.5F;
	dataset_clear(&d);
	free(rows);
}

static void pack(const struct model *m, uint8_t **data, size_t *len)
{
	assert_int_equal(model_pack(m, data, len), 0);
}

/* Parse a copy that ends where its block ends, for the address sanitizer. */
static int parse(struct model *m, const uint8_t *data, size_t len, struct fault *f)
{
	uint8_t *copy = malloc(len ? len : 1);
	int err;

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	err = model_parse(m, copy, len, f);
	free(copy);
	return err;
}

/* A forest that keeps some votes to itself, in mixed leaves and in pure ones. */
static void what_has_no_name_comes_back_too(void **state)
{
	uint32_t taught[120], *rows = learn_rows(120), a[3], b[3], less = 0;
	struct forest_params p = forest_defaults();
	uint8_t *data, *again;
	struct model m, n;
	struct dataset d;
	size_t len, len2;
	struct fault f = { "" };

	(void)state;
	make_model(&m, 13, 1);
	forest_free(m.forest);
	learn_data(&d, 3, feature_count(m.set), 120, 1);
	for (uint32_t i = 0; i < 120; i++)
		taught[i] = d.x[i * d.features.count] > 2.5F || i % 10 == 0
		                    ? FOREST_AMBIGUOUS
		                    : d.row[i].label;
	p.taught = taught;
	p.min_leaf = 3;
	p.trees = 13;
	m.forest = forest_train(&(struct forest_rows){ &d, rows, 120 }, &p, NULL, &f);
	assert_non_null(m.forest);
	pack(&m, &data, &len);
	if (parse(&n, data, len, &f))
		fail_msg("%s", f.text);
	pack(&n, &again, &len2);
	assert_int_equal(len, len2);
	assert_memory_equal(data, again, len);
	for (uint32_t i = 0; i < 120; i++) {
		forest_votes(m.forest, d.x + i * d.features.count, a);
		forest_votes(n.forest, d.x + i * d.features.count, b);
		assert_memory_equal(a, b, sizeof(a));
		less += a[0] + a[1] + a[2] < 13 * FOREST_UNIT;
	}
	assert_true(less > 20);
	dataset_clear(&d);
	free(rows);
	free(data);
	free(again);
	model_clear(&m);
	model_clear(&n);
}

static void comes_back_as_it_was(void **state)
{
	(void)state;
	for (unsigned min_leaf = 1; min_leaf < 200; min_leaf += 60) {
		struct model m, n;
		uint8_t *data, *again;
		size_t len, len2;
		struct fault f = { "" };
		uint32_t a[3], b[3];

		make_model(&m, 13, min_leaf);
		pack(&m, &data, &len);
		if (parse(&n, data, len, &f))
			fail_msg("%s", f.text);
		pack(&n, &again, &len2);
		assert_int_equal(len, len2);
		assert_memory_equal(data, again, len);
		assert_string_equal(n.classes.name[2], "class0002");
		assert_string_equal(n.provenance.name[1], "set=made \xc3\xbcp");
		assert_int_equal(n.gap.us, 1000000);
		assert_int_equal(n.max.us, 10000000);
		assert_int_equal(n.min_packets, 2);
		assert_true(n.threshold[2] == 1.5F);
		assert_true(n.threshold_alone[2] == 0.6F);
		assert_true(n.strengths.fade == m.strengths.fade);
		assert_true(n.novelty.limit == 0.25F);
		assert_true(n.novelty.limit_alone == 0.5F);
		for (int i = 0; i < 50; i++) {
			float x[FEATURE_MAX] = { (float)i / 10, 7, (float)(i % 5) };

			forest_votes(m.forest, x, a);
			forest_votes(n.forest, x, b);
			assert_memory_equal(a, b, sizeof(a));
			assert_true(novelty_of(&m.novelty, x) ==
			            novelty_of(&n.novelty, x));
		}
		for (unsigned t = 0; t < 13; t++) {
			const struct tree *s = &forest_parts(m.forest)->tree[t];
			const struct tree *r = &forest_parts(n.forest)->tree[t];

			assert_int_equal(s->nodes, r->nodes);
			assert_memory_equal(s->node, r->node,
			                    s->nodes * sizeof(*s->node));
		}
		free(data);
		free(again);
		model_clear(&m);
		model_clear(&n);
	}
}

static void refuses_every_changed_byte(void **state)
{
	struct model m, n;
	uint8_t *data;
	size_t len;

	(void)state;
	make_model(&m, 3, 2);
	pack(&m, &data, &len);
	for (size_t i = 0; i < len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct fault f = { "" };

			data[i] ^= (uint8_t)(1U << bit);
			assert_int_equal(parse(&n, data, len, &f), -EINVAL);
			assert_memory_equal(f.text, "offset ", 7);
			assert_null(n.forest);
			data[i] ^= (uint8_t)(1U << bit);
		}
	}
	free(data);
	model_clear(&m);
}

static void refuses_every_truncation_and_any_more(void **state)
{
	struct model m, n;
	uint8_t *data, *longer;
	size_t len;

	(void)state;
	make_model(&m, 3, 2);
	pack(&m, &data, &len);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(parse(&n, data, cut, NULL), -EINVAL);
	longer = calloc(len + 1, 1);
	assert_non_null(longer);
	memcpy(longer, data, len);
	assert_int_equal(parse(&n, longer, len + 1, NULL), -EINVAL);
	free(longer);
	free(data);
	model_clear(&m);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

#define HEAD    24
#define ENTRIES 9

/* Make all checksums right again, as whoever forges a model would. */
static void forge(uint8_t *data)
{
	size_t at = HEAD + 16 * ENTRIES + 4;

	for (size_t i = 0; i < ENTRIES; i++) {
		uint8_t *entry = data + HEAD + 16 * i;
		size_t n = le32(entry + 8);

		put_le32(entry + 4, hash_crc32c(0, data + at, n));
		at += n;
	}
	put_le32(data + HEAD + 16 * ENTRIES, hash_crc32c(0, data, HEAD + 16 * ENTRIES));
}

/* Where section i begins. */
static size_t section_at(const uint8_t *data, size_t i)
{
	size_t at = HEAD + 16 * ENTRIES + 4;

	while (i--)
		at += le32(data + HEAD + 16 * i + 8);
	return at;
}

/* Behind right checksums every byte is still proven: what is accepted packs to the same
 * bytes and can be asked with anything. */
static void forged_models_are_refused_or_safe(void **state)
{
	struct model m, n;
	uint8_t *data;
	size_t len, refused = 0;

	(void)state;
	make_model(&m, 3, 2);
	pack(&m, &data, &len);
	for (size_t i = section_at(data, 0); i < len; i++) {
		for (unsigned v = 1; v < 256; v = v * 3 + 1) {
			struct fault f = { "" };
			float x[FEATURE_MAX] = { 1, 2, 3, -1e30F, 1e30F };
			uint8_t kept = data[i], *again;
			uint32_t votes[3];
			size_t len2;

			data[i] ^= (uint8_t)v;
			forge(data);
			if (parse(&n, data, len, &f)) {
				assert_memory_equal(f.text, "offset ", 7);
				refused++;
			} else {
				forest_votes(n.forest, x, votes);
				assert_true((uint64_t)votes[0] + votes[1] + votes[2] <=
				            3 * FOREST_UNIT);
				assert_true(novelty_of(&n.novelty, x) <= 1);
				pack(&n, &again, &len2);
				assert_int_equal(len2, len);
				assert_memory_equal(again, data, len);
				free(again);
				model_clear(&n);
			}
			data[i] = kept;
		}
	}
	assert_true(refused > len);
	free(data);
	model_clear(&m);
}

static void says_where_and_why(void **state)
{
	struct model m, n;
	struct fault f;
	uint8_t *data;
	size_t len, at;

	(void)state;
	make_model(&m, 3, 2);
	pack(&m, &data, &len);
	at = section_at(data, 8);
	put_le32(data + at, 2000000000); /* trees */
	assert_int_equal(parse(&n, data, len, &f), -EINVAL);
	assert_non_null(strstr(f.text, "wrong checksum of section TREE"));
	forge(data);
	assert_int_equal(parse(&n, data, len, &f), -EINVAL);
	assert_non_null(strstr(f.text, "section TREE: 2000000000 trees"));
	put_le32(data + at, 3);
	memcpy(data + section_at(data, 1) + 2, "seed16", 6);
	forge(data);
	assert_int_equal(parse(&n, data, len, &f), -EINVAL);
	assert_non_null(strstr(f.text, "section SCHM: a feature set that is not known"));
	data[8] = 2;
	assert_int_equal(parse(&n, data, len, &f), -EINVAL);
	assert_non_null(strstr(f.text, "offset 8: not version 3"));
	free(data);
	model_clear(&m);
}

static void packs_nothing_that_could_not_be_read(void **state)
{
	struct model m;
	uint8_t *data = NULL;
	size_t len;

	(void)state;
	make_model(&m, 3, 2);
	m.prior[0] = (float)(0.0 / 0.0);
	assert_int_equal(model_pack(&m, &data, &len), -EINVAL);
	m.prior[0] = 1 / 3.0F;
	m.gap = mono_ms(0);
	assert_int_equal(model_pack(&m, &data, &len), -EINVAL);
	m.gap = mono_ms(1000);
	assert_int_equal(names_add(&m.provenance, "no value"), 2);
	assert_int_equal(model_pack(&m, &data, &len), -EINVAL);
	assert_null(data);
	model_clear(&m);
}

static void confidence_is_calibrated(void **state)
{
	const uint32_t votes[] = { 3 * FOREST_UNIT, 0, 0 };
	struct model m;
	float p[3];

	(void)state;
	make_model(&m, 3, 2);
	model_confidence(&m, votes, 3, p);
	assert_float_equal(p[0] + p[1] + p[2], 1, 1e-6);
	assert_true(p[0] > 0.99F && p[1] > 0 && p[1] == p[2]);
	model_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(what_has_no_name_comes_back_too),
		cmocka_unit_test(refuses_every_changed_byte),
		cmocka_unit_test(refuses_every_truncation_and_any_more),
		cmocka_unit_test(forged_models_are_refused_or_safe),
		cmocka_unit_test(says_where_and_why),
		cmocka_unit_test(packs_nothing_that_could_not_be_read),
		cmocka_unit_test(confidence_is_calibrated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
