#include <gradpath/tools/experiments/grid_picture.hpp>

#include <cctype>

#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {
namespace {

constexpr Index side = 32, dot = 6;  // pixels of a cell, of a step of the walk

class Board {
public:
    Board(const models::GridWorld& world, Theme theme)
        : page_(page(theme)), picture_(blank(world.width * side + 1, world.height * side + 1, page_.paper)) {
        for (Index row = 0; row < world.height; ++row)
            for (Index column = 0; column < world.width; ++column)
                outline(picture_, column * side, row * side, side + 1, side + 1, page_.line);
    }

    void colour(const models::Cell& cell, Colour colour) {
        fill(picture_, cell.column * side + 1, cell.row * side + 1, side - 1, side - 1, colour);
    }
    void letter(const models::Cell& cell, char sign) {
        const std::string line(1, sign);
        draw_text(picture_, cell.column * side + (side - text_width(line)) / 2 + 1,
                  cell.row * side + (side - text_height()) / 2 + 2, line, page_.ink);
    }
    void step(const models::Cell& cell) {
        fill(picture_, cell.column * side + side - dot - 2, cell.row * side + side - dot - 2, dot, dot, page_.soft);
    }
    const Page& colours() const { return page_; }
    const Picture& picture() const { return picture_; }

private:
    Page page_;
    Picture picture_;
};

}  // namespace

Picture grid_picture(const models::GridWorld& world, const GridPicture& o) {
    Board board(world, o.theme);
    for (const models::Cell& rock : world.rocks) board.colour(rock, board.colours().soft);
    board.letter(world.start, 'S');
    board.letter(world.goal, 'G');
    for (std::size_t i = 0; i < world.items.size(); ++i) {
        const models::GridWorld::Placed& placed = world.items[i];
        if (!o.shares.empty()) board.colour(placed.cell, heat_colour(o.shares[i] / o.limit, HeatKind::heat, o.theme));
        board.letter(placed.cell, static_cast<char>(std::toupper(describe(placed.item)[0])));
    }
    for (const models::Cell& cell : o.walk) board.step(cell);
    return board.picture();
}

}  // namespace gradpath::tools
