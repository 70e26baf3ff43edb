package plots

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

const dotsPerInch = 300

var encoders = map[string]func(*Figure, io.Writer) error{
	"png": (*Figure).png,
	"svg": (*Figure).svg,
	"pdf": (*Figure).pdf,
}

func (f *Figure) png(w io.Writer) error {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dotsPerInch))
	f.draw(draw.New(c))
	var buf bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&buf); err != nil {
		return err
	}
	// The header chunk ends here, and the resolution comes behind it.
	const header = 8 + 4 + 4 + 13 + 4
	data := buf.Bytes()
	_, err := w.Write(slices.Concat(data[:header], resolution(), data[header:]))
	return err
}

// resolution is the chunk with the physical size of a dot, without which a
// figure opens at the size of a poster.
// Source: PNG specification, third edition, 11.3.4.3.
func resolution() []byte {
	const dotsPerMetre = (dotsPerInch*10000 + 127) / 254 // rounded
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, dotsPerMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, dotsPerMetre)
	chunk = append(chunk, 1) // the unit is the metre
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// svg leaves fonts out: embedded, they are larger than the drawing. The
// families named after Liberation Sans have its metrics.
func (f *Figure) svg(w io.Writer) error {
	c := vgsvg.New(f.width, f.height)
	f.draw(draw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return err
	}
	const family = "font-family:Liberation Sans"
	text := bytes.ReplaceAll(buf.Bytes(), []byte(family+";"), []byte(family+",Arial,Helvetica,sans-serif;"))
	// The canvas embeds images as PNG but calls them JPEG.
	text = bytes.ReplaceAll(text, []byte("data:image/jpg;"), []byte("data:image/png;"))
	_, err := w.Write(text)
	return err
}

func init() {
	// The canvas of vgpdf hides its document, so the date that a file would
	// carry, and the order of its fonts, can only be fixed for all documents.
	epoch := time.Unix(0, 0).UTC()
	fpdf.SetDefaultCreationDate(epoch)
	fpdf.SetDefaultModificationDate(epoch)
	fpdf.SetDefaultCatalogSort(true)
}

// pdf needs room for fonts where the system keeps temporary files.
func (f *Figure) pdf(w io.Writer) (err error) {
	// The canvas has no other way to say that there is none.
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case string:
			err = fmt.Errorf("a PDF needs room for its fonts in %s: %s", os.TempDir(), failed)
		default:
			panic(failed)
		}
	}()
	c := &pdfCanvas{Canvas: vgpdf.New(f.width, f.height)}
	f.draw(draw.New(c))
	_, err = c.WriteTo(w)
	return err
}

// pdfCanvas draws some text by its outlines: what is outside of ASCII, because
// vgpdf gives the bytes of UTF-8 to fonts of one byte a character, and bold
// text, whose font vgpdf does not find again.
type pdfCanvas struct{ *vgpdf.Canvas }

func (c *pdfCanvas) FillString(face font.Face, pt vg.Point, s string) {
	ascii := strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	if ascii && face.Font.Weight == stdfont.WeightNormal {
		c.Canvas.FillString(face, pt, s)
		return
	}
	if path := outline(face, pt, s); len(path) > 0 {
		c.Fill(path)
	}
}

// outline is the outline of a text whose baseline begins at pt.
func outline(face font.Face, pt vg.Point, s string) vg.Path {
	var path vg.Path
	var buf sfnt.Buffer
	// Glyphs are loaded large: their coordinates are fixed-point numbers.
	const em = 1000
	scale := face.Font.Size / em
	at := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: pt.X + scale*vg.Length(p.X)/64, Y: pt.Y - scale*vg.Length(p.Y)/64}
	}
	for _, r := range s {
		glyph, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		segments, err := face.Face.LoadGlyph(&buf, glyph, fixed.I(em), nil)
		if err != nil {
			continue
		}
		for i, seg := range segments {
			switch seg.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					path.Close()
				}
				path.Move(at(seg.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(at(seg.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(at(seg.Args[0]), at(seg.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(at(seg.Args[0]), at(seg.Args[1]), at(seg.Args[2]))
			}
		}
		if len(segments) > 0 {
			path.Close()
		}
		pt.X += face.Width(string(r))
	}
	return path
}
