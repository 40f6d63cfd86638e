#include <gradpath/attribution/geometry/row_notes.hpp>

#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution::geometry {

void RowNotes::add(Index row, const std::string& note) {
    all_.emplace_back(row, note);
    const std::string kind = note.substr(0, note.find_first_of("0123456789"));
    auto& [count, said] = kinds_[kind];
    if (++count == 1) said = text("row ", row, ": ", note);
}

void RowNotes::report(std::vector<Geodesic>& curves, std::vector<std::string>& notes) const {
    for (const auto& [row, note] : all_) curves[static_cast<std::size_t>(row)].notes.push_back(note);
    for (const auto& [kind, said] : kinds_)
        add_note(notes, said.first == 1 ? said.second : text(said.second, " (and ", said.first - 1, " more rows)"));
}

}  // namespace gradpath::attribution::geometry
