// Partitions that leave their table, with their rows, and come back as they are then.
#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

std::string remainder(const Table& table, std::size_t partition) {
    return " FOR VALUES WITH (MODULUS " + std::to_string(table.partitions) + ", REMAINDER " +
           std::to_string(partition) + ")";
}

}  // namespace

bool ComingAndGoing::is_away(std::size_t table) const {
    return away_.contains(table);
}

std::size_t ComingAndGoing::partition_away(std::size_t table) const {
    return away_.at(table);
}

Write ComingAndGoing::next(Random& random, const Case& one, std::size_t table) {
    Write write;
    write.table = table;
    write.kind = WriteKind::other;
    const auto& definition = one.tables[table];
    if (const auto away = away_.find(table); away != away_.end()) {
        write.other = "ALTER TABLE " + definition.quoted() + " ATTACH PARTITION " +
                      definition.quoted_partition(away->second) + remainder(definition, away->second);
        away_.erase(away);
        return write;
    }
    const auto partition = random.below(definition.partitions);
    write.other = "ALTER TABLE " + definition.quoted() + " DETACH PARTITION " + definition.quoted_partition(partition);
    away_.emplace(table, partition);
    return write;
}

}  // namespace freshet::breaking
