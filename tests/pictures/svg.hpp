// Text of an SVG picture, element by element. Coordinates are pixels from the top left, rounded to a tenth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::testing {

struct Point {
    double x = 0;
    double y = 0;
};

struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;

    double right() const noexcept { return x + width; }
    double bottom() const noexcept { return y + height; }
};

// How a line or an area looks; an empty colour is none.
struct Paint {
    std::string fill = {};
    std::string stroke = {};
    double width = 1;       // of the stroke
    double opacity = 1;     // of the fill
    std::string dash = {};  // as stroke-dasharray
    double radius = 0;      // of a box's corners
};

enum class Anchor { left, middle, right };

struct Lettering {
    double size = 12;
    std::string colour = "#ccccdc";
    Anchor anchor = Anchor::left;
    bool bold = false;
    bool fixed_width = false;
};

class Svg {
  public:
    Svg(double width, double height, std::string_view background);

    void box(const Box& box, const Paint& paint);
    void circle(Point centre, double radius, std::string_view colour);
    void line(Point from, Point to, const Paint& paint);
    // Fewer than two points of a line, or three of an area, draw nothing.
    void polyline(const std::vector<Point>& points, const Paint& paint);
    void area(const std::vector<Point>& points, const Paint& paint);
    void text(Point baseline, std::string_view text, const Lettering& lettering);
    // What is drawn until `end_group` belongs to one thing: viewers show the title, and tests read both.
    void begin_group(std::string_view id, std::string_view title, std::string_view description);
    void end_group();

    std::string finished() const { return text_ + "</svg>\n"; }

  private:
    std::string text_;
};

// About how wide a text of the pictures' font is.
double width_of(std::string_view text, const Lettering& lettering);
// As much of the text as fits, with an ellipsis if that is not all.
std::string fitted(std::string_view text, double width, const Lettering& lettering);
std::string xml_escaped(std::string_view text);

}  // namespace freshet::testing
