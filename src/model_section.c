/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model_section.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forest_file.h"
#include "hash.h"

static int cut_short(struct fault *f)
{
	return fault_set(f, -EINVAL, "cut short, or longer than its content");
}

/* Strings: length u16, bytes. */
static void put_text(struct bytes *b, const char *text)
{
	size_t len = strlen(text);

	bytes_le16(b, (uint16_t)len);
	bytes_put(b, text, len);
}

static bool get_text(struct cursor *c, char *buf, size_t size)
{
	const uint8_t *p;
	uint16_t len;

	if (!cur_le16(c, &len) || len >= size || !cur_bytes(c, len, &p) ||
	    memchr(p, '\0', len))
		return false;
	memcpy(buf, p, len);
	buf[len] = '\0';
	return true;
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool label_ok(const char *name)
{
	return *name && strlen(name) < MODEL_LABEL_SIZE && printable(name) &&
	       !strchr(name, '/');
}

static bool provenance_ok(const char *entry)
{
	return *entry != '=' && strchr(entry, '=') && printable(entry) &&
	       strlen(entry) < MODEL_PROVENANCE_SIZE;
}

static bool schema_ok(const struct model *m)
{
	return m->gap.us >= 1000 && m->gap.us <= 60LL * MONO_SECOND && m->max.us >= 0 &&
	       m->max.us <= 86400LL * MONO_SECOND && m->mtu_bytes >= 576 &&
	       m->mtu_bytes <= 65535 && m->min_packets <= 1000000;
}

static bool between(float v, float low, float high)
{
	return v >= low && v <= high; /* false for NaN */
}

static bool calibration_ok(const struct model *m)
{
	double sum = 0;

	if (!between(m->calibration.weight, 1e-9F, 1e9F) ||
	    !between(m->calibration.power, 1e-3F, 1e3F) ||
	    !between(m->precision, 0.01F, 0.9999F))
		return false;
	for (uint32_t i = 0; i < m->classes.count; i++) {
		if (!between(m->prior[i], 0, 1) || !between(m->threshold[i], 0, 1e6F) ||
		    !between(m->threshold_alone[i], 0, 1e6F))
			return false;
		sum += (double)m->prior[i];
	}
	return sum > 0.99 && sum < 1.01;
}

static bool strengths_ok(const struct evidence_strengths *s)
{
	for (int i = 0; i < EVIDENCE_PARTS; i++)
		if (!between(s->part[i], 0, 100))
			return false;
	return between(s->tau, 0, 100) && between(s->eps, 1e-3F, 1) &&
	       between(s->rho, -100, 100) && between(s->fade, 0, 1);
}

static bool importance_ok(const struct model *m)
{
	for (unsigned i = 0; i < feature_count(m->set); i++)
		if (!between(m->importance_gini[i], 0, 1.001F) ||
		    !between(m->importance_permutation[i], -1, 1))
			return false;
	return true;
}

static bool medians_ok(const struct model *m)
{
	for (unsigned i = 0; i < feature_count(m->set); i++)
		if (!isfinite(m->median[i]))
			return false;
	return true;
}

bool model_within_limits(const struct model *m)
{
	if (m->provenance.count > MODEL_PROVENANCE_MAX || !schema_ok(m) ||
	    m->classes.count != forest_classes(m->forest) ||
	    feature_count(m->set) != forest_features(m->forest))
		return false;
	for (uint32_t i = 0; i < m->provenance.count; i++)
		if (!provenance_ok(m->provenance.name[i]))
			return false;
	for (uint32_t i = 0; i < m->classes.count; i++)
		if (!label_ok(m->classes.name[i]))
			return false;
	return calibration_ok(m) && strengths_ok(&m->strengths) && importance_ok(m) &&
	       medians_ok(m);
}

static void pack_meta(const struct model *m, struct bytes *b)
{
	bytes_le16(b, (uint16_t)m->provenance.count);
	for (uint32_t i = 0; i < m->provenance.count; i++)
		put_text(b, m->provenance.name[i]);
}

static int parse_meta(struct model *m, struct cursor c, struct fault *f)
{
	char entry[MODEL_PROVENANCE_SIZE];
	uint16_t count;

	if (!cur_le16(&c, &count) || count > MODEL_PROVENANCE_MAX)
		return fault_set(f, -EINVAL, "more than %d entries",
		                 MODEL_PROVENANCE_MAX);
	for (uint32_t i = 0; i < count; i++) {
		if (!get_text(&c, entry, sizeof(entry)) || !provenance_ok(entry) ||
		    names_find(&m->provenance, entry) != NAMES_NONE)
			return fault_set(f, -EINVAL, "entry %u is not KEY=VALUE or twice",
			                 i);
		if (names_add(&m->provenance, entry) == NAMES_NONE)
			return fault_no_memory(f);
	}
	return cur_left(&c) ? cut_short(f) : 0;
}

/* The names of a set's features, so that a set that changed is not taken for itself. */
static uint64_t set_hash(enum feature_set set)
{
	uint64_t h = HASH_FNV_INIT;

	for (unsigned i = 0; i < feature_count(set); i++)
		h = hash_fnv(h, feature_name(set, i), strlen(feature_name(set, i)) + 1);
	return h;
}

static void pack_schema(const struct model *m, struct bytes *b)
{
	put_text(b, feature_set_name(m->set));
	bytes_le16(b, (uint16_t)feature_count(m->set));
	for (unsigned i = 0; i < feature_count(m->set); i++)
		put_text(b, feature_name(m->set, i));
	bytes_le64(b, set_hash(m->set));
	bytes_le64(b, (uint64_t)m->gap.us);
	bytes_le64(b, (uint64_t)m->max.us);
	bytes_le32(b, m->mtu_bytes);
	bytes_le32(b, m->min_packets);
}

static int parse_features(struct model *m, struct cursor *c, struct fault *f)
{
	char name[64];
	uint16_t count;

	if (!get_text(c, name, sizeof(name)) || !printable(name) ||
	    !feature_set_find(name, &m->set))
		return fault_set(f, -EINVAL, "a feature set that is not known here");
	if (!cur_le16(c, &count) || count != feature_count(m->set))
		return fault_set(f, -EINVAL, "feature set %s has %u features here",
		                 feature_set_name(m->set), feature_count(m->set));
	for (unsigned i = 0; i < count; i++)
		if (!get_text(c, name, sizeof(name)) ||
		    strcmp(name, feature_name(m->set, i)) != 0)
			return fault_set(f, -EINVAL, "feature %u of set %s is %s here", i,
			                 feature_set_name(m->set),
			                 feature_name(m->set, i));
	return 0;
}

static int parse_schema(struct model *m, struct cursor c, struct fault *f)
{
	uint64_t hash, gap, max;
	int err = parse_features(m, &c, f);

	if (err)
		return err;
	if (!cur_le64(&c, &hash) || !cur_le64(&c, &gap) || !cur_le64(&c, &max) ||
	    !cur_le32(&c, &m->mtu_bytes) || !cur_le32(&c, &m->min_packets) ||
	    cur_left(&c))
		return cut_short(f);
	if (hash != set_hash(m->set))
		return fault_set(f, -EINVAL, "the features' hash is another here");
	m->gap.us = (int64_t)gap;
	m->max.us = (int64_t)max;
	if (!schema_ok(m))
		return fault_set(f, -EINVAL,
		                 "gap, max, mtu or min_packets is out of range");
	return 0;
}

static void pack_classes(const struct model *m, struct bytes *b)
{
	bytes_le16(b, (uint16_t)m->classes.count);
	for (uint32_t i = 0; i < m->classes.count; i++)
		put_text(b, m->classes.name[i]);
}

static int parse_classes(struct model *m, struct cursor c, struct fault *f)
{
	char name[MODEL_LABEL_SIZE];
	uint16_t count;

	if (!cur_le16(&c, &count) || count < 2 || count > FOREST_CLASSES_MAX)
		return fault_set(f, -EINVAL, "not 2 to %d classes", FOREST_CLASSES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		if (!get_text(&c, name, sizeof(name)) || !label_ok(name) ||
		    names_find(&m->classes, name) != NAMES_NONE)
			return fault_set(f, -EINVAL, "class %u has no name or one twice",
			                 i);
		if (names_add(&m->classes, name) == NAMES_NONE)
			return fault_no_memory(f);
	}
	if (cur_left(&c))
		return cut_short(f);
	return model_reserve(m, count, feature_count(m->set)) ? fault_no_memory(f) : 0;
}

static void put_floats(struct bytes *b, const float *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		bytes_f32(b, v[i]);
}

static bool get_floats(struct cursor *c, float *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!bytes_get_f32(c, &v[i]))
			return false;
	return true;
}

static void pack_calibration(const struct model *m, struct bytes *b)
{
	bytes_f32(b, m->calibration.weight);
	bytes_f32(b, m->calibration.power);
	bytes_f32(b, m->precision);
	put_floats(b, m->prior, m->classes.count);
	put_floats(b, m->threshold, m->classes.count);
	put_floats(b, m->threshold_alone, m->classes.count);
}

static int parse_calibration(struct model *m, struct cursor c, struct fault *f)
{
	if (!bytes_get_f32(&c, &m->calibration.weight) ||
	    !bytes_get_f32(&c, &m->calibration.power) ||
	    !bytes_get_f32(&c, &m->precision) ||
	    !get_floats(&c, m->prior, m->classes.count) ||
	    !get_floats(&c, m->threshold, m->classes.count) ||
	    !get_floats(&c, m->threshold_alone, m->classes.count) || cur_left(&c))
		return cut_short(f);
	if (!calibration_ok(m))
		return fault_set(f, -EINVAL, "a number is out of range");
	return 0;
}

static void pack_evidence(const struct model *m, struct bytes *b)
{
	const struct evidence_strengths *s = &m->strengths;

	put_floats(b, s->part, EVIDENCE_PARTS);
	bytes_f32(b, s->tau);
	bytes_f32(b, s->eps);
	bytes_f32(b, s->rho);
	bytes_f32(b, s->fade);
}

static int parse_evidence(struct model *m, struct cursor c, struct fault *f)
{
	struct evidence_strengths *s = &m->strengths;

	if (!get_floats(&c, s->part, EVIDENCE_PARTS) || !bytes_get_f32(&c, &s->tau) ||
	    !bytes_get_f32(&c, &s->eps) || !bytes_get_f32(&c, &s->rho) ||
	    !bytes_get_f32(&c, &s->fade) || cur_left(&c))
		return cut_short(f);
	if (!strengths_ok(s))
		return fault_set(f, -EINVAL, "a number is out of range");
	return 0;
}

static void pack_importance(const struct model *m, struct bytes *b)
{
	put_floats(b, m->importance_gini, feature_count(m->set));
	put_floats(b, m->importance_permutation, feature_count(m->set));
}

static int parse_importance(struct model *m, struct cursor c, struct fault *f)
{
	if (!get_floats(&c, m->importance_gini, feature_count(m->set)) ||
	    !get_floats(&c, m->importance_permutation, feature_count(m->set)) ||
	    cur_left(&c))
		return cut_short(f);
	if (!importance_ok(m))
		return fault_set(f, -EINVAL, "a number is out of range");
	return 0;
}

static void pack_medians(const struct model *m, struct bytes *b)
{
	put_floats(b, m->median, feature_count(m->set));
}

static int parse_medians(struct model *m, struct cursor c, struct fault *f)
{
	if (!get_floats(&c, m->median, feature_count(m->set)) || cur_left(&c))
		return cut_short(f);
	if (!medians_ok(m))
		return fault_set(f, -EINVAL, "a number is out of range");
	return 0;
}

static void pack_trees(const struct model *m, struct bytes *b)
{
	forest_file_pack(forest_parts(m->forest), b);
}

static int parse_trees(struct model *m, struct cursor c, struct fault *f)
{
	struct forest_parts p = { 0 };
	int err = forest_file_parse(&p, c, f);

	if (!err &&
	    (p.classes != m->classes.count || p.features != feature_count(m->set)))
		err = fault_set(f, -EINVAL, "%u classes and %u features, not %u and %u",
		                p.classes, p.features, m->classes.count,
		                feature_count(m->set));
	if (!err) {
		m->forest = forest_of(&p);
		err = m->forest ? 0 : fault_no_memory(f);
	}
	forest_parts_clear(&p);
	return err;
}

static void pack_novelty(const struct model *m, struct bytes *b)
{
	novelty_pack(&m->novelty, b);
}

static int parse_novelty(struct model *m, struct cursor c, struct fault *f)
{
	return novelty_parse(&m->novelty, feature_count(m->set), c, f);
}

const struct model_section model_section[MODEL_SECTIONS] = {
	{ "META", pack_meta, parse_meta },
	{ "SCHM", pack_schema, parse_schema },
	{ "CLAS", pack_classes, parse_classes },
	{ "CALI", pack_calibration, parse_calibration },
	{ "EVID", pack_evidence, parse_evidence },
	{ "IMPO", pack_importance, parse_importance },
	{ "MEDI", pack_medians, parse_medians },
	{ "NOVL", pack_novelty, parse_novelty },
	{ "TREE", pack_trees, parse_trees },
};
