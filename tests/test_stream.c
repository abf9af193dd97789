/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include "learn_data.h"
#include "weigh.h"

/* Traces of three apps, four each, of five bursts of two flows: in a trace a burst begins
 * every ten seconds and takes one. */
enum { TRACES = 12, BURSTS = 5, FLOWS = 2, ROWS = TRACES * BURSTS * FLOWS };

static void fill(struct dataset *d, unsigned classes)
{
	char name[32];

	dataset_init(d);
	d->has_ends = true;
	assert_int_equal(names_add(&d->features, "f"), 0);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t trace = i / (BURSTS * FLOWS), burst = i / FLOWS % BURSTS;
		struct dataset_row row = { .trace = trace, .burst = burst };

		snprintf(name, sizeof(name), "class%u", trace % classes);
		row.label = names_add(&d->labels, name);
		snprintf(name, sizeof(name), "trace%u", trace);
		assert_int_equal(names_add(&d->traces, name), trace);
		row.ends = (struct flow_ends){ addr_v4(trace), addr_v4(1), 1000, 443, 6 };
		row.ends.client_port += i % FLOWS;
		row.first = mono_ms(1000000 * trace + 10000 * burst);
		row.last = mono_add(row.first, mono_ms(1000));
		assert_int_equal(dataset_add(d, &row, (float[]){ 0 }), 0);
	}
}

static struct stream_choice choice(uint64_t seed, size_t most)
{
	return (struct stream_choice){ seed, most, mono_ms(1000), { 0 } };
}

struct fixture {
	struct dataset d;
	uint32_t *row;
	struct forest_rows rows;
};

static struct fixture *fixture(unsigned classes)
{
	static struct fixture x;

	fill(&x.d, classes);
	x.row = learn_rows(ROWS);
	x.rows = (struct forest_rows){ &x.d, x.row, ROWS };
	return &x;
}

static void clear(struct fixture *x)
{
	dataset_clear(&x->d);
	free(x->row);
}

static void rows_keep_their_order(void **state)
{
	struct fixture *x = fixture(3);
	struct stream s;

	(void)state;
	assert_int_equal(stream_rows(&s, &x->rows), 0);
	assert_int_equal(s.flows, ROWS);
	assert_int_equal(s.bursts, TRACES * BURSTS);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(s.flow[i].at, i);
	for (size_t i = 0; i < s.bursts; i++) {
		assert_int_equal(s.burst[i].first, i * FLOWS);
		assert_int_equal(s.burst[i].count, FLOWS);
		assert_int_equal(s.burst[i].fresh, i % BURSTS == 0);
	}
	stream_clear(&s);
	clear(x);
}

/* Flows of a sample come from whole traces. */
static void sample_is_of_whole_traces(void **state)
{
	struct fixture *x = fixture(3);
	struct stream_choice c = choice(1, 31);
	size_t times[TRACES] = { 0 };
	struct stream s;

	(void)state;
	assert_int_equal(stream_sample(&s, &x->rows, &c), 0);
	assert_int_equal(s.flows, 40);
	for (size_t i = 0; i < s.flows; i++)
		times[s.flow[i].at / (BURSTS * FLOWS)]++;
	for (size_t i = 0; i < TRACES; i++)
		assert_true(times[i] == 0 || times[i] == BURSTS * FLOWS);
	stream_clear(&s);
	clear(x);
}

static uint32_t trace_of(const struct stream *s, size_t i)
{
	return (uint32_t)s->flow[i].at / (BURSTS * FLOWS);
}

/* Each overlay is of two traces of different classes, one client's, with all their flows,
 * none of which is taken for another; its bursts come in their order. */
static void check_overlay(const struct fixture *x, const struct stream *s, size_t burst)
{
	size_t first = s->burst[burst].first;
	uint32_t base = trace_of(s, first), other = UINT32_MAX, n = 0;
	bool fresh = true;

	for (; burst < s->bursts && (fresh || !s->burst[burst].fresh); burst++) {
		const struct stream_burst *b = &s->burst[burst];

		assert_true(fresh || mono_less(b[-1].last, b->last));
		fresh = false;
		for (size_t i = b->first; i < b->first + b->count; i++, n++) {
			uint32_t t = trace_of(s, i);

			if (t != base && other == UINT32_MAX)
				other = t;
			assert_true(t == base || t == other);
			assert_int_equal(s->flow[i].ends.client.lo,
			                 s->flow[first].ends.client.lo);
			assert_int_equal(s->flow[i].ends.server.hi ==
			                         s->flow[first].ends.server.hi,
			                 t == base);
		}
	}
	assert_int_equal(n, 2 * BURSTS * FLOWS);
	assert_int_not_equal(x->d.row[base * BURSTS * FLOWS].label,
	                     x->d.row[other * BURSTS * FLOWS].label);
}

static void overlay_is_of_two_classes(void **state)
{
	struct fixture *x = fixture(3);
	struct stream_choice c = choice(1, SIZE_MAX);
	size_t overlays = 0, joined = 0;
	struct stream s, again;

	(void)state;
	assert_int_equal(stream_overlay(&s, &x->rows, &c), 0);
	assert_int_equal(s.flows, 2 * ROWS);
	for (size_t i = 0; i < s.bursts; i++) {
		joined += s.burst[i].count == 2 * FLOWS;
		if (!s.burst[i].fresh)
			continue;
		overlays++;
		check_overlay(x, &s, i);
	}
	assert_int_equal(overlays, TRACES);
	assert_true(joined > 0);
	assert_int_equal(stream_overlay(&again, &x->rows, &c), 0);
	assert_int_equal(again.bursts, s.bursts);
	for (size_t i = 0; i < s.flows; i++)
		assert_int_equal(again.flow[i].at, s.flow[i].at);
	stream_clear(&s);
	stream_clear(&again);
	clear(x);
}

/* Rows that do not stand together by trace are taken for so many traces. */
static void scattered_rows_are_survived(void **state)
{
	struct fixture *x = fixture(2);
	struct stream_choice c = choice(1, SIZE_MAX);
	struct stream s;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++)
		x->row[i] = i * 7 % ROWS;
	assert_int_equal(stream_sample(&s, &x->rows, &c), 0);
	assert_int_equal(s.flows, ROWS);
	stream_clear(&s);
	clear(x);
}

static void one_class_has_no_overlay(void **state)
{
	struct fixture *x = fixture(1);
	struct stream_choice c = choice(1, SIZE_MAX);
	struct stream s;

	(void)state;
	assert_int_equal(stream_overlay(&s, &x->rows, &c), 0);
	assert_int_equal(s.flows, 0);
	stream_clear(&s);
	clear(x);
}

/* Without ends no flow has a past of its own. */
static void flows_without_ends_are_different(void **state)
{
	struct fixture *x = fixture(2);
	struct stream s;

	(void)state;
	x->d.has_ends = false;
	assert_int_equal(stream_rows(&s, &x->rows), 0);
	for (size_t i = 1; i < s.flows; i++)
		assert_memory_not_equal(&s.flow[i].ends.server,
		                        &s.flow[i - 1].ends.server,
		                        sizeof(s.flow[i].ends.server));
	stream_clear(&s);
	clear(x);
}

/* A trace begins with no past: its first burst is judged as if it were the first of all.
 */
static void traces_are_weighed_by_themselves(void **state)
{
	struct fixture *x = fixture(2);
	const float prior[2] = { 0.5F, 0.5F };
	struct weigh_params w = { 2, prior, evidence_defaults() };
	float p[ROWS * EVIDENCE_VIEWS * 2], q[ROWS * 2];
	const float alike[2] = { 0.8F, 0.1F };
	float novelty[ROWS];

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		novelty[i] = alike[i >= ROWS / 2];
	for (size_t i = 0; i < ROWS * EVIDENCE_VIEWS; i++) {
		p[2 * i] = i / EVIDENCE_VIEWS < ROWS / 2 ? 0.9F : 0.4F;
		p[2 * i + 1] = 1 - p[2 * i];
	}
	assert_int_equal(weigh_rows(&x->rows, &w, p, q, novelty), 0);
	assert_true(q[2 * (BURSTS * FLOWS - 1)] > q[0]);
	assert_float_equal(q[2 * BURSTS * FLOWS], q[0], 1e-6);
	assert_true(q[ROWS] < 0.5F);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(novelty[i] > alike[i >= ROWS / 2] - 1e-6F &&
		            novelty[i] < alike[i >= ROWS / 2] + 1e-6F);
	clear(x);
}

/* Of its burst, not of another trace: the first flow of each burst is novel. */
static void novelty_is_shared_within_a_trace(void **state)
{
	struct fixture *x = fixture(2);
	const float prior[2] = { 0.5F, 0.5F };
	struct weigh_params w = { 2, prior, evidence_defaults() };
	float p[ROWS * EVIDENCE_VIEWS * 2], q[ROWS * 2], novelty[ROWS] = { 0 };
	const float shared = 0.8F / FLOWS / 2;

	(void)state;
	for (size_t i = 0; i < ROWS * EVIDENCE_VIEWS * 2; i++)
		p[i] = 0.5F;
	for (size_t i = 0; i < BURSTS * FLOWS; i += FLOWS)
		novelty[i] = 0.8F;
	assert_int_equal(weigh_rows(&x->rows, &w, p, q, novelty), 0);
	assert_true(novelty[0] > 0.4F + shared - 1e-6F &&
	            novelty[0] < 0.4F + shared + 1e-6F);
	assert_true(novelty[1] > shared - 1e-6F && novelty[1] < shared + 1e-6F);
	for (size_t i = BURSTS * FLOWS; i < ROWS; i++)
		assert_true(novelty[i] < 1e-6F);
	clear(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_keep_their_order),
		cmocka_unit_test(sample_is_of_whole_traces),
		cmocka_unit_test(overlay_is_of_two_classes),
		cmocka_unit_test(scattered_rows_are_survived),
		cmocka_unit_test(one_class_has_no_overlay),
		cmocka_unit_test(flows_without_ends_are_different),
		cmocka_unit_test(traces_are_weighed_by_themselves),
		cmocka_unit_test(novelty_is_shared_within_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
