#include "metrics_registry.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::observe {

namespace {

const MetricRow& row_of(Metric metric) {
    return metrics_table()[static_cast<std::size_t>(metric)];
}

prometheus::Labels labels(const MetricRow& row, const MetricsRegistry::Values& values) {
    prometheus::Labels result;
    std::size_t i = 0;
    for (const auto& value : values) {
        result.emplace(row.labels.at(i++), value);
    }
    if (i < row.labels.size() && !row.labels.at(i).empty()) {
        throw std::logic_error("metric " + std::string(row.name) + " lacks a label value");
    }
    return result;
}

}  // namespace

MetricsRegistry::MetricsRegistry() {
    for (const auto& row : metrics_table()) {
        register_family(row);
    }
}

prometheus::Counter& MetricsRegistry::counter(Metric metric, const Values& values) {
    return series(*counters_.at(metric), metric, values);
}

prometheus::Gauge& MetricsRegistry::gauge(Metric metric, const Values& values) {
    return series(*gauges_.at(metric), metric, values);
}

prometheus::Histogram& MetricsRegistry::histogram(Metric metric, const Values& values) {
    const auto buckets = row_of(metric).buckets;
    return series(*histograms_.at(metric), metric, values,
                  prometheus::Histogram::BucketBoundaries(buckets.begin(), buckets.end()));
}

void MetricsRegistry::remove(Metric metric, const std::string& first_value) {
    const auto found = removers_.find({metric, first_value});
    if (found == removers_.end()) {
        return;
    }
    for (const auto& remover : found->second) {
        remover.second();
    }
    removers_.erase(found);
}

void MetricsRegistry::remove_all(std::string_view label, const std::string& value) {
    for (const auto& row : metrics_table()) {
        if (row.labels[0] == label) {
            remove(row.metric, value);
        }
    }
}

std::vector<prometheus::MetricFamily> MetricsRegistry::collect() const {
    auto families = registry_.Collect();
    std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (auto& family : families) {
        std::sort(family.metric.begin(), family.metric.end(),
                  [](const auto& a, const auto& b) { return a.label < b.label; });
    }
    return families;
}

void MetricsRegistry::register_family(const MetricRow& row) {
    const std::string name(row.name);
    const std::string help(row.help);
    switch (row.type) {
        case MetricType::counter:
            counters_[row.metric] = &prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
            return;
        case MetricType::gauge:
            gauges_[row.metric] = &prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
            return;
        case MetricType::histogram:
            histograms_[row.metric] = &prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
            return;
    }
}

template <typename T, typename... Args>
T& MetricsRegistry::series(prometheus::Family<T>& family, Metric metric, const Values& values, const Args&... args) {
    T& made = family.Add(labels(row_of(metric), values), args...);
    const auto first = values.size() > 0 ? *values.begin() : std::string();
    removers_[{metric, first}].try_emplace(&made, [&family, &made] { family.Remove(&made); });
    return made;
}

}  // namespace freshet::observe
