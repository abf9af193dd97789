/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest.h"

#include "learn_data.h"

static struct forest *train(const struct dataset *d, struct forest_params p,
                            struct forest_oob *oob)
{
	uint32_t *rows = learn_rows(d->rows);
	struct fault f = { "" };
	struct forest *fo =
		forest_train(&(struct forest_rows){ d, rows, d->rows }, &p, oob, &f);

	if (!fo)
		fail_msg("%s", f.text);
	free(rows);
	return fo;
}

static void assert_same(const struct forest *a, const struct forest *b)
{
	const struct forest_parts *p = forest_parts(a), *q = forest_parts(b);

	assert_int_equal(p->trees, q->trees);
	for (unsigned t = 0; t < p->trees; t++) {
		assert_int_equal(p->tree[t].nodes, q->tree[t].nodes);
		assert_memory_equal(p->tree[t].node, q->tree[t].node,
		                    p->tree[t].nodes * sizeof(struct tree_node));
	}
	assert_int_equal(p->shares.count, q->shares.count);
	assert_int_equal(p->shares.entries, q->shares.entries);
	assert_memory_equal(p->shares.share, q->shares.share, 2 * p->shares.entries);
	assert_memory_equal(p->shares.label, q->shares.label, 2 * p->shares.entries);
}

static double accuracy(const struct forest *fo, const struct dataset *d)
{
	uint32_t *votes = calloc(d->labels.count, sizeof(*votes));
	size_t right = 0;

	assert_non_null(votes);
	for (size_t i = 0; i < d->rows; i++) {
		uint64_t sum = 0;

		forest_votes(fo, d->x + i * d->features.count, votes);
		for (uint32_t c = 0; c < d->labels.count; c++)
			sum += votes[c];
		assert_int_equal(sum, (uint64_t)forest_trees(fo) * FOREST_UNIT);
		right += forest_best(votes, d->labels.count) == d->row[i].label;
	}
	free(votes);
	return (double)right / (double)d->rows;
}

static void threads_and_order_of_work_change_no_byte(void **state)
{
	struct dataset d;

	(void)state;
	learn_data(&d, 7, 6, 900, 1);
	for (int kind = 0; kind < 4; kind++) {
		struct forest_params p = forest_defaults();
		struct forest_oob one, other;
		struct forest *a, *b;

		p.trees = 21;
		p.min_leaf = kind & 1 ? 4 : 1;
		p.extra = kind & 2;
		a = train(&d, p, &one);
		for (p.threads = 2; p.threads < 4; p.threads++) {
			b = train(&d, p, &other);
			assert_same(a, b);
			assert_memory_equal(one.votes, other.votes,
			                    d.rows * 7 * sizeof(*one.votes));
			assert_memory_equal(one.gini, other.gini, 6 * sizeof(float));
			assert_memory_equal(one.permutation, other.permutation,
			                    6 * sizeof(float));
			assert_true(one.accuracy == other.accuracy);
			forest_free(b);
			forest_oob_clear(&other);
		}
		p.seed = 2;
		b = train(&d, p, NULL);
		assert_int_not_equal(forest_parts(a)->tree[0].nodes * 1000 +
		                             forest_parts(a)->tree[1].nodes,
		                     forest_parts(b)->tree[0].nodes * 1000 +
		                             forest_parts(b)->tree[1].nodes);
		forest_free(a);
		forest_free(b);
		forest_oob_clear(&one);
	}
	dataset_clear(&d);
}

static void whole_trees_know_their_rows_by_heart(void **state)
{
	struct forest_params p = forest_defaults();
	struct dataset d;
	struct forest *fo;

	(void)state;
	p.bootstrap = false;
	p.trees = 11;
	for (int extra = 0; extra < 2; extra++) {
		learn_data(&d, 1000, 5, 3000, 4);
		p.extra = extra;
		fo = train(&d, p, NULL);
		assert_int_equal(forest_parts(fo)->shares.count, 0);
		assert_true(accuracy(fo, &d) == 1.0);
		forest_free(fo);
		dataset_clear(&d);
	}
}

static void rows_alike_share_a_leaf(void **state)
{
	struct forest_params p = forest_defaults();
	struct dataset d;
	struct forest *fo;
	uint32_t votes[3];
	float x[1] = { 5 };

	(void)state;
	dataset_init(&d);
	(void)names_add(&d.labels, "A");
	(void)names_add(&d.labels, "B");
	(void)names_add(&d.labels, "C");
	(void)names_add(&d.features, "x");
	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(dataset_add(&d, &(struct dataset_row){ .label = i % 3 },
		                             x),
		                 0);
	p.trees = 9;
	p.bootstrap = false;
	fo = train(&d, p, NULL);
	forest_votes(fo, x, votes);
	assert_int_equal(forest_parts(fo)->shares.count, 1);
	/* 3/7, 2/7, 2/7 of 65536 are 28086.86, 18724.57 and 18724.57. */
	assert_int_equal(votes[0], 9 * 28087);
	assert_int_equal(votes[1], 9 * 18725);
	assert_int_equal(votes[2], 9 * 18724);
	forest_free(fo);
	dataset_clear(&d);
}

/* Rows that reach a leaf, by walking all rows of a tree without bootstrap. */
static void leaves_are_no_smaller_than_asked(void **state)
{
	struct forest_params p = forest_defaults();
	struct dataset d;
	struct forest *fo;
	const struct tree *tree;
	uint32_t *seen;

	(void)state;
	learn_data(&d, 4, 5, 500, 9);
	p.bootstrap = false;
	p.min_leaf = 10;
	p.trees = 1;
	for (int extra = 0; extra < 2; extra++) {
		p.extra = extra;
		fo = train(&d, p, NULL);
		tree = &forest_parts(fo)->tree[0];
		seen = calloc(tree->nodes, sizeof(*seen));
		assert_non_null(seen);
		assert_true(tree->nodes > 20);
		for (size_t i = 0; i < d.rows; i++) {
			uint32_t at = 0;

			while (!tree_is_leaf(tree->node[at]))
				at = tree_step(tree->node[at], d.x + i * 5);
			seen[at]++;
		}
		for (uint32_t i = 0; i < tree->nodes; i++)
			assert_true(seen[i] == 0 || seen[i] >= 10);
		free(seen);
		forest_free(fo);
	}
	dataset_clear(&d);
}

static void rows_out_of_the_bag_judge_the_forest(void **state)
{
	struct forest_params p = forest_defaults();
	struct forest_oob oob;
	struct dataset d;
	struct forest *fo;
	float sum = 0;

	(void)state;
	learn_data(&d, 3, 8, 1500, 11);
	p.trees = 60;
	fo = train(&d, p, &oob);
	/* Feature 0 is class + U(0, 1.5): 7 of 9 rows cannot be mistaken, and half of
	 * the others are guessed; feature 2 tells some of those by its parity. */
	assert_true(oob.accuracy > 0.8 && oob.accuracy < 0.95);
	for (size_t i = 0; i < d.rows; i++) {
		uint64_t votes = 0;

		for (int c = 0; c < 3; c++)
			votes += oob.votes[i * 3 + (size_t)c];
		assert_int_equal(votes, (uint64_t)oob.trees[i] * FOREST_UNIT);
		assert_in_range(oob.trees[i], 3, 45);
	}
	for (unsigned f = 0; f < 8; f++) {
		sum += oob.gini[f];
		assert_true(f == 0 || oob.gini[f] < oob.gini[0]);
		assert_true(f == 0 || oob.permutation[f] < oob.permutation[0]);
		assert_true(f < 3 ||
		            (oob.permutation[f] < 0.03F && oob.permutation[f] > -0.03F));
	}
	assert_float_equal(sum, 1, 1e-5);
	assert_true(oob.gini[1] == 0 && oob.permutation[1] == 0);
	assert_true(oob.permutation[0] > 0.2F);
	forest_free(fo);
	forest_oob_clear(&oob);
	dataset_clear(&d);
}

static void says_what_it_cannot_learn(void **state)
{
	struct forest_params p = forest_defaults();
	uint32_t *rows = learn_rows(10);
	struct fault f;
	struct dataset d;

	(void)state;
	learn_data(&d, 2, 3, 10, 1);
	assert_null(forest_train(&(struct forest_rows){ &d, rows, 0 }, &p, NULL, &f));
	assert_non_null(strstr(f.text, "0 rows"));
	p.trees = 0;
	assert_null(forest_train(&(struct forest_rows){ &d, rows, 10 }, &p, NULL, &f));
	assert_non_null(strstr(f.text, "trees"));
	p.trees = 3;
	p.mtry = 4;
	assert_null(forest_train(&(struct forest_rows){ &d, rows, 10 }, &p, NULL, &f));
	assert_non_null(strstr(f.text, "mtry 4"));
	dataset_clear(&d);
	learn_data(&d, 1, 3, 10, 1);
	p.mtry = 0;
	assert_null(forest_train(&(struct forest_rows){ &d, rows, 10 }, &p, NULL, &f));
	assert_non_null(strstr(f.text, "1 classes"));
	dataset_clear(&d);
	learn_data(&d, 2, 97, 10, 1);
	assert_null(forest_train(&(struct forest_rows){ &d, rows, 10 }, &p, NULL, &f));
	assert_non_null(strstr(f.text, "97 features"));
	dataset_clear(&d);
	free(rows);
}

/* A row that is listed a hundred times weighs like a hundred rows. */
static void repeats_count(void **state)
{
	struct forest_params p = forest_defaults();
	uint32_t rows[101] = { 0 };
	uint32_t votes[2];
	struct dataset d;
	struct forest *fo;
	float x = 1;

	(void)state;
	dataset_init(&d);
	(void)names_add(&d.labels, "A");
	(void)names_add(&d.labels, "B");
	(void)names_add(&d.features, "x");
	assert_int_equal(dataset_add(&d, &(struct dataset_row){ .label = 0 }, &x), 0);
	assert_int_equal(dataset_add(&d, &(struct dataset_row){ .label = 1 }, &x), 0);
	rows[100] = 1;
	p.trees = 200;
	fo = forest_train(&(struct forest_rows){ &d, rows, 101 }, &p, NULL, NULL);
	assert_non_null(fo);
	forest_votes(fo, &x, votes);
	assert_in_range(votes[1], 200 * FOREST_UNIT / 200, 200 * FOREST_UNIT / 50);
	forest_free(fo);
	dataset_clear(&d);
}

static void walks_with_any_number_safely(void **state)
{
	struct forest_params p = forest_defaults();
	float x[3] = { (float)(0.0 / 0.0), (float)(1.0 / 0.0), (float)(-1.0 / 0.0) };
	uint32_t votes[4];
	struct dataset d;
	struct forest *fo;

	(void)state;
	learn_data(&d, 4, 3, 200, 1);
	p.trees = 9;
	fo = train(&d, p, NULL);
	forest_votes(fo, x, votes);
	assert_int_equal(votes[0] + votes[1] + votes[2] + votes[3], 9 * FOREST_UNIT);
	forest_free(fo);
	dataset_clear(&d);
}

static void count_progress(void *arg, unsigned done, unsigned all)
{
	unsigned *last = arg;

	assert_int_equal(all, 30);
	assert_int_equal(done, *last + 1);
	*last = done;
}

static void tells_of_progress_one_at_a_time(void **state)
{
	struct forest_params p = forest_defaults();
	struct dataset d;
	unsigned last = 0;

	(void)state;
	learn_data(&d, 2, 3, 100, 1);
	p.trees = 30;
	p.threads = 3;
	p.progress = count_progress;
	p.progress_arg = &last;
	forest_free(train(&d, p, NULL));
	assert_int_equal(last, 30);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_order_of_work_change_no_byte),
		cmocka_unit_test(whole_trees_know_their_rows_by_heart),
		cmocka_unit_test(rows_alike_share_a_leaf),
		cmocka_unit_test(leaves_are_no_smaller_than_asked),
		cmocka_unit_test(rows_out_of_the_bag_judge_the_forest),
		cmocka_unit_test(says_what_it_cannot_learn),
		cmocka_unit_test(repeats_count),
		cmocka_unit_test(walks_with_any_number_safely),
		cmocka_unit_test(tells_of_progress_one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
